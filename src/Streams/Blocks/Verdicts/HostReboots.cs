using System.Globalization;

namespace Streams.Blocks.Verdicts;

/// <summary>The verdict on a reboot that did not come to its end.</summary>
internal static class HostReboots
{
    /// <summary>The host is on its way down or up, and nobody waits for it any more.</summary>
    public static BlockVerdict NotBack(string host, bool stopped, TimeSpan limit) => new()
    {
        Outcome = stopped ? BlockOutcome.Cancel : BlockOutcome.Interrupt,
        Reason = stopped ? OutcomeReason.Stopped : OutcomeReason.TimedOut,
        Message = stopped
            ? $"stopped while {host} was being rebooted; it may be on its way down or up"
            : string.Create(CultureInfo.InvariantCulture, $"{host} was told to reboot and was not back within {limit.TotalSeconds:0.###} s"),
        Received = false,
        StreamIsLost = true,
    };
}
