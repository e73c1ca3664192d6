using Streams.Processes;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>A worker's final message as a verdict. Text of the block is made safe to print here, once.</summary>
internal static class VerdictReader
{
    public static BlockVerdict Read(BlockFinished finished, BlockSpec specification, StopCause cause)
    {
        var verdict = new BlockVerdict
        {
            Outcome = Outcome(finished.Outcome),
            Reason = Reason(finished.Reason),
            Message = PrintableText.Clean(finished.Message),
            Received = true,
            Error = finished.Error is null ? null : Error(finished.Error, WireLimits.MaxErrorDepth),
            Value = finished.Value,
            Command = finished.Command,
            Warnings = [.. finished.Warnings.Select(PrintableText.Clean)],
            Elapsed = TimeSpan.FromMicroseconds(Math.Max(0, finished.ElapsedUs)),
        };
        return cause switch
        {
            StopCause.TimeLimit => TimedOut(verdict, specification, "it stopped when it was asked to"),
            StopCause.Requested when verdict.Outcome is not (BlockOutcome.Pass or BlockOutcome.Warn) => Stopped(verdict),
            _ => verdict,
        };
    }

    public static BlockVerdict TimedOut(BlockVerdict verdict, BlockSpec specification, string how) => verdict with
    {
        Outcome = BlockOutcome.Interrupt,
        Reason = OutcomeReason.TimedOut,
        Message = $"ran into its time limit of {Durations.InWords(TimeSpan.FromMilliseconds(specification.TimeLimitMs))}; {how}",
        Value = Google.Protobuf.ByteString.Empty,
    };

    public static BlockVerdict Stopped(BlockVerdict verdict) => verdict with
    {
        Outcome = BlockOutcome.Cancel,
        Reason = OutcomeReason.Stopped,
        Message = "stopped on request",
        Value = Google.Protobuf.ByteString.Empty,
    };

    private static BlockError Error(ErrorTree error, int depth) => new()
    {
        Type = PrintableText.Clean(error.Type),
        Message = PrintableText.Clean(error.Message),
        StackTrace = PrintableText.Clean(error.StackTrace),
        Inner = depth == 0 ? [] : [.. error.Inner.Select(inner => Error(inner, depth - 1))],
        IsAssertion = error.IsAssertion,
        IsBarrier = error.IsBarrier,
        Barrier = PrintableText.Clean(error.Barrier),
    };

    /// <summary>An outcome that we do not know is no pass.</summary>
    private static BlockOutcome Outcome(WireOutcome outcome) => outcome switch
    {
        WireOutcome.OutcomePass => BlockOutcome.Pass,
        WireOutcome.OutcomeWarn => BlockOutcome.Warn,
        WireOutcome.OutcomeFail => BlockOutcome.Fail,
        WireOutcome.OutcomeInterrupt => BlockOutcome.Interrupt,
        WireOutcome.OutcomeSkip => BlockOutcome.Skip,
        WireOutcome.OutcomeCancel => BlockOutcome.Cancel,
        _ => BlockOutcome.Error,
    };

    private static OutcomeReason Reason(WireReason reason) => reason switch
    {
        WireReason.ReasonFinalMessage => OutcomeReason.FinalMessage,
        WireReason.ReasonException => OutcomeReason.Exception,
        WireReason.ReasonAssertion => OutcomeReason.Assertion,
        WireReason.ReasonExitCode => OutcomeReason.ExitCode,
        WireReason.ReasonSetUp => OutcomeReason.SetUp,
        WireReason.ReasonTearDown => OutcomeReason.TearDown,
        WireReason.ReasonBarrierBroken => OutcomeReason.BarrierBroken,
        WireReason.ReasonResultNotSendable => OutcomeReason.ResultNotSendable,
        WireReason.ReasonNotStarted => OutcomeReason.NotStarted,
        WireReason.ReasonTimedOut => OutcomeReason.TimedOut,
        WireReason.ReasonRequirementUnmet => OutcomeReason.RequirementUnmet,
        WireReason.ReasonCancelled => OutcomeReason.Stopped,
        WireReason.ReasonLost => OutcomeReason.Lost,
        WireReason.ReasonStreamLost => OutcomeReason.StreamLost,
        _ => OutcomeReason.Crashed,
    };
}
