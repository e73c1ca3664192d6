namespace Streams.Sync;

/// <summary>
/// A barrier was broken before all parties arrived: one of them failed, died, left or named another count, or the
/// round could no longer be completed. The client is still usable, the barrier once somebody resets it.
/// </summary>
public class BarrierBrokenException : SyncException
{
    /// <summary>Creates the exception for one broken round.</summary>
    public BarrierBrokenException(string message, string barrier, BarrierCause cause, string? by = null, long round = 0, int arrived = 0, int expected = 0)
        : base(message)
    {
        Barrier = barrier;
        Cause = cause;
        By = by;
        Round = round;
        Arrived = arrived;
        Expected = expected;
    }

    /// <summary>The barrier's name.</summary>
    public string Barrier { get; }

    /// <summary>Why the round broke.</summary>
    public BarrierCause Cause { get; }

    /// <summary>The party that caused it, when there is one.</summary>
    public string? By { get; }

    /// <summary>The number of the round (a name used in a loop counts its rounds from 1), or 0 when not known.</summary>
    public long Round { get; }

    /// <summary>How many parties had arrived.</summary>
    public int Arrived { get; }

    /// <summary>How many parties the round needed.</summary>
    public int Expected { get; }
}
