namespace Streams.Blocks.Verdicts;

/// <summary>The verdict on a block that certainly never ran.</summary>
internal static class UnstartedVerdict
{
    /// <summary>The author stopped it first.</summary>
    public static BlockVerdict Stopped() => Of(BlockOutcome.Cancel, OutcomeReason.Stopped, "stopped before it started");

    /// <summary>It is not to run any more, because of something else.</summary>
    public static BlockVerdict Because(OutcomeReason reason, string why) => Of(BlockOutcome.Cancel, reason, $"not run: {why}");

    /// <summary>Its place could not be made ready, or did not take it on.</summary>
    public static BlockVerdict Failed(string message, bool streamIsLost = false) =>
        Of(BlockOutcome.Error, OutcomeReason.NotStarted, message) with { StreamIsLost = streamIsLost };

    /// <summary>Its stream was lost while it waited.</summary>
    public static BlockVerdict AfterLoss(string stream, string cause) =>
        Of(BlockOutcome.Cancel, OutcomeReason.StreamLost, $"not started: stream '{stream}' was lost before ({cause.Split('\n')[0]})") with { StreamIsLost = true };

    private static BlockVerdict Of(BlockOutcome outcome, OutcomeReason reason, string message) =>
        new() { Outcome = outcome, Reason = reason, Message = message, Received = false };
}
