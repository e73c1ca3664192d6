namespace Streams.Sync;

/// <summary>Not everybody came in time; the message names who arrived, who is missing and what they were doing.</summary>
public sealed class BarrierTimeoutException : BarrierBrokenException
{
    /// <summary>Creates the exception for one round that ran out of time.</summary>
    public BarrierTimeoutException(string message, string barrier, string? by = null, long round = 0, int arrived = 0, int expected = 0)
        : base(message, barrier, BarrierCause.Timeout, by, round, arrived, expected)
    {
    }
}
