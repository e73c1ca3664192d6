using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Verdicts;

/// <summary>A worker's final message as a verdict, the same on every host. Text of the block is bounded and made safe to print here, once.</summary>
internal static class VerdictReader
{
    private const int MostListed = 100;

    public static BlockVerdict Read(BlockFinished finished, BlockSpec specification, StopCause cause)
    {
        var (outcome, reason) = (Outcome(finished.Outcome), Reason(finished.Reason));
        var isKnown = outcome is not null && reason is not null;
        var verdict = new BlockVerdict
        {
            // A pass needs the whole of the evidence: an unknown word is not one.
            Outcome = isKnown ? outcome!.Value : BlockOutcome.Error,
            Reason = isKnown ? reason!.Value : OutcomeReason.Crashed,
            Message = isKnown ? Text(finished.Message) : $"its worker ended it with a verdict that is not known here ({finished.Outcome}, {finished.Reason}): not a pass",
            Received = true,
            Error = finished.Error is null ? null : Error(finished.Error, WireLimits.MaxErrorDepth),
            Value = finished.Value,
            Command = finished.Command,
            Warnings = [.. finished.Warnings.Take(MostListed).Select(Text)],
            Elapsed = TimeSpan.FromMicroseconds(Math.Clamp(finished.ElapsedUs, 0, TimeSpan.MaxValue.Ticks / 20)),
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
        Type = PrintableText.CleanLine(Cut(error.Type)),
        Message = Text(error.Message),
        StackTrace = Text(error.StackTrace),
        Inner = depth == 0 ? [] : [.. error.Inner.Take(MostListed).Select(inner => Error(inner, depth - 1))],
        IsAssertion = error.IsAssertion,
        IsBarrier = error.IsBarrier,
        Barrier = PrintableText.CleanLine(Cut(error.Barrier)),
    };

    private static string Text(string text) => PrintableText.Clean(Cut(text));

    private static string Cut(string text) => text.Length <= WireLimits.MaxErrorText ? text : text[..WireLimits.MaxErrorText] + "... (cut)";

    private static BlockOutcome? Outcome(WireOutcome outcome) => outcome switch
    {
        WireOutcome.OutcomePass => BlockOutcome.Pass,
        WireOutcome.OutcomeWarn => BlockOutcome.Warn,
        WireOutcome.OutcomeFail => BlockOutcome.Fail,
        WireOutcome.OutcomeError => BlockOutcome.Error,
        WireOutcome.OutcomeInterrupt => BlockOutcome.Interrupt,
        WireOutcome.OutcomeSkip => BlockOutcome.Skip,
        WireOutcome.OutcomeCancel => BlockOutcome.Cancel,
        _ => null,
    };

    private static OutcomeReason? Reason(WireReason reason) => reason switch
    {
        WireReason.ReasonFinalMessage => OutcomeReason.FinalMessage,
        WireReason.ReasonException => OutcomeReason.Exception,
        WireReason.ReasonAssertion => OutcomeReason.Assertion,
        WireReason.ReasonExitCode => OutcomeReason.ExitCode,
        WireReason.ReasonSetUp => OutcomeReason.SetUp,
        WireReason.ReasonTearDown => OutcomeReason.TearDown,
        WireReason.ReasonBarrierBroken => OutcomeReason.BarrierBroken,
        WireReason.ReasonResultNotSendable => OutcomeReason.ResultNotSendable,
        WireReason.ReasonCrashed => OutcomeReason.Crashed,
        WireReason.ReasonNotStarted => OutcomeReason.NotStarted,
        WireReason.ReasonTimedOut => OutcomeReason.TimedOut,
        WireReason.ReasonRequirementUnmet => OutcomeReason.RequirementUnmet,
        WireReason.ReasonCancelled => OutcomeReason.Stopped,
        WireReason.ReasonLost => OutcomeReason.Lost,
        WireReason.ReasonStreamLost => OutcomeReason.StreamLost,
        _ => null,
    };
}
