using Streams.Blocks.Parts;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Verdicts;

/// <summary>A worker's final message as a verdict, the same on every host. Text of the block is bounded and made safe to print here, once.</summary>
internal static class VerdictReader
{
    /// <summary>What became of a block that did not listen.</summary>
    public const string Ended = "it did not stop when it was asked to, and its worker was ended";

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
            FailedPart = BlockParts.FromWire(finished.FailedPart),
            TearDownError = finished.TearDownError is null ? null : Error(finished.TearDownError, WireLimits.MaxErrorDepth),
            Value = finished.Value,
            Command = finished.Command,
            Warnings = [.. finished.Warnings.Take(MostListed).Select(Text)],
            Elapsed = TimeSpan.FromMicroseconds(Math.Clamp(finished.ElapsedUs, 0, TimeSpan.MaxValue.Ticks / 20)),
        };
        return cause switch
        {
            // The limit ends with the run: it had passed before whatever the tear-down did.
            StopCause.TimeLimit when verdict is { FailedPart: BlockPart.TearDown } => TimedOut(verdict with { FailedPart = BlockPart.Run, Error = null, TearDownError = verdict.Error }, specification, "it went on to its end"),
            StopCause.TimeLimit => TimedOut(verdict, specification, finished.PartAbandoned ? Ended : "it stopped when it was asked to"),
            // Of a block type its worker knows what came first, the failure or the stop; of others, a stop explains whatever they throw.
            StopCause.Requested when verdict.Outcome is BlockOutcome.Cancel || (verdict is { FailedPart: null } && verdict.Outcome is not (BlockOutcome.Pass or BlockOutcome.Warn)) => Stopped(verdict),
            _ => WithTearDown(verdict),
        };
    }

    public static BlockVerdict TimedOut(BlockVerdict verdict, BlockSpec specification, string how) => WithTearDown(verdict with
    {
        Outcome = BlockOutcome.Interrupt,
        Reason = OutcomeReason.TimedOut,
        Message = $"{InPart(verdict)}ran into its time limit of {Durations.InWords(TimeSpan.FromMilliseconds(specification.TimeLimitMs))}; {how}",
        Value = Google.Protobuf.ByteString.Empty,
    });

    public static BlockVerdict TearDownTimedOut(BlockVerdict verdict, BlockSpec specification) => verdict with
    {
        Outcome = BlockOutcome.Interrupt,
        Reason = OutcomeReason.TimedOut,
        FailedPart = BlockPart.TearDown,
        Message = $"its tear-down ran into its limit of {Durations.InWords(EndBudget.TearDownLimit(specification))}; {Ended}",
    };

    public static BlockVerdict Stopped(BlockVerdict verdict) => WithTearDown(verdict with
    {
        Outcome = BlockOutcome.Cancel,
        Reason = OutcomeReason.Stopped,
        Message = "stopped on request",
        Value = Google.Protobuf.ByteString.Empty,
    });

    /// <summary>Both errors are told. A stop that the author asked for is no failure; a tear-down that failed after it is one.</summary>
    private static BlockVerdict WithTearDown(BlockVerdict verdict)
    {
        if (verdict.TearDownError is not { } error)
            return verdict;
        if (verdict.Outcome != BlockOutcome.Cancel)
            return verdict with { Message = $"{verdict.Message}\nits tear-down failed, too: {error}" };
        return verdict with
        {
            Outcome = BlockOutcome.Fail,
            Reason = OutcomeReason.TearDown,
            FailedPart = BlockPart.TearDown,
            Message = $"its tear-down failed after it had been stopped on request: {error}",
            Error = error,
            TearDownError = null,
        };
    }

    private static string InPart(BlockVerdict verdict) => verdict.FailedPart == BlockPart.SetUp ? "in its set-up it " : "";

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
