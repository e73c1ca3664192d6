namespace Streams.Agent;

/// <summary>
/// How long the agent may live without hearing from its controller. Counts the host's boot time, which goes on while the
/// host sleeps, from the newest agent time that the controller has seen: a renewal that was stuck on its way prolongs
/// nothing.
/// </summary>
internal sealed class Lease(Func<long> bootTime)
{
    /// <summary>An agent that nobody ever attaches to ends after this.</summary>
    private const long BeforeFirstAttachment = 120_000;

    private readonly Lock _gate = new();
    private long _length = BeforeFirstAttachment;
    private long _deadline = bootTime() + BeforeFirstAttachment;

    /// <summary>0: the agent ends with its connection.</summary>
    public long Length
    {
        get
        {
            lock (_gate)
                return _length;
        }
    }

    /// <summary>True if the agent must end now.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
                return _length > 0 && bootTime() >= _deadline;
        }
    }

    /// <summary>The first controller has attached: nothing runs yet, so there is nothing that could run for too long.</summary>
    public void Begin(long length)
    {
        lock (_gate)
        {
            _length = length;
            _deadline = bootTime() + length;
        }
    }

    /// <summary>The controller has seen this time of ours.</summary>
    public void Renew(long seen)
    {
        lock (_gate)
            _deadline = Math.Max(_deadline, Math.Min(seen, bootTime()) + _length);
    }
}
