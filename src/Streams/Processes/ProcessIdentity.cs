namespace Streams.Processes;

/// <summary>
/// A process for certain: a bare id may be given to another process the moment the first has ended, an id together with
/// its start time (in clock ticks since boot) may not.
/// </summary>
internal readonly record struct ProcessIdentity(int ProcessId, ulong StartTicks)
{
    public static ProcessIdentity OfThisProcess => Of(Environment.ProcessId)!.Value;

    /// <summary>Who has this id now; null: nobody, or only a zombie.</summary>
    public static ProcessIdentity? Of(int processId) =>
        ProcessEntry.TryRead(processId, out var entry) && !entry.IsDead ? entry.Identity : null;

    /// <summary>Whether it still runs. A zombie does not.</summary>
    public bool IsAlive => Of(ProcessId) == this;

    /// <summary>Sends a signal to this process, never to another one that got its id in between.</summary>
    public bool TrySignal(int signal)
    {
        var descriptor = NativeMethods.OpenProcess(ProcessId);
        if (descriptor < 0)
            return IsAlive && NativeMethods.Kill(ProcessId, signal) == 0; // a kernel without pidfd, or gone
        try
        {
            // The descriptor holds on to whoever has the id now; so look at who that is only after it was opened.
            return IsAlive && NativeMethods.TrySignalOpened(descriptor, signal);
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
        }
    }

    public override string ToString() => $"{ProcessId} (started at tick {StartTicks})";
}
