namespace Streams.Remoting;

/// <summary>
/// The controller's view of the agent's lease: counted from the moment when the newest agent time came, which cannot be
/// before the moment from which the agent counts. Clocks are not compared, only their rates.
/// </summary>
internal sealed class AgentLease(TimeSpan length, TimeSpan killBudget, TimeProvider time)
{
    /// <summary>Two clocks differ by far less.</summary>
    private const double ClockSlack = 1.01;

    private long _knownAt = time.GetTimestamp();
    private long _agentTime;

    /// <summary>The newest time of the agent's own clock that came from it.</summary>
    public long AgentTime => Volatile.Read(ref _agentTime);

    public TimeSpan Length => length;

    /// <summary>Until nothing can run there any more, if nothing more is heard. Not above zero: it is so now.</summary>
    public TimeSpan UntilCertain => (length * ClockSlack) + killBudget - time.GetElapsedTime(Volatile.Read(ref _knownAt));

    /// <summary>The agent's time has come from it; it will be told back.</summary>
    public void Hear(long agentTime)
    {
        Volatile.Write(ref _agentTime, Math.Max(agentTime, Volatile.Read(ref _agentTime)));
        Volatile.Write(ref _knownAt, time.GetTimestamp());
    }
}
