using Streams.Blocks.Parts;
using Streams.Blocks.Values;
using Streams.Blocks.Verdicts;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Runs an instance of the author's block type: its parts, and what they amount to.</summary>
internal sealed class InstanceExecution(BlockSpec specification, BlockContext context, CancellationToken stop)
{
    public void Run(BlockFinished finished)
    {
        var block = (IBlock)(ValueReader.Read(specification.Instance.Value.Memory, typeof(IBlock), ValueUse.Capture)
            ?? throw new ValueFormatException("there is no block in the message"));
        var run = InstanceRun.Of(block);
        var end = new PartSequence(context, Limits()) { OnTearDown = HangWatch.OnTearDown() }.RunAsync(block, run.RunAsync, stop).GetAwaiter().GetResult();
        finished.PartAbandoned = end.IsAbandoned;
        finished.FailedPart = end.FailedPart is { } part ? BlockParts.ToWire(part) : WirePart.PartUnspecified;
        if (end.TearDownError is { } second)
            finished.TearDownError = ErrorTrees.Of(second);
        if (end.FailedPart is null)
            FinalMessage.Pass(finished, run.Value, run.ResultType);
        else if (end.LimitPassed == end.FailedPart)
            WasLate(finished, end);
        else if (end.IsStopped)
            FinalMessage.Cancel(finished, end.Error is null ? null : ErrorTrees.Simplest(end.Error));
        else
            Fail(finished, end.FailedPart.Value, end.Error ?? new TimeoutException("It did not stop when it was asked to."));
    }

    private PartLimits Limits() => new(
        specification.SetUpLimitMs > 0 ? TimeSpan.FromMilliseconds(specification.SetUpLimitMs) : Timeout.InfiniteTimeSpan,
        EndBudget.TearDownLimit(specification),
        TimeSpan.FromMilliseconds(specification.GraceMs));

    private void WasLate(BlockFinished finished, PartsEnd end)
    {
        var (part, limit) = end.FailedPart == BlockPart.SetUp ? ("set-up", Limits().SetUp) : ("tear-down", Limits().TearDown);
        finished.Outcome = WireOutcome.OutcomeInterrupt;
        finished.Reason = WireReason.ReasonTimedOut;
        if (end.Error is { } error)
            finished.Error = ErrorTrees.Of(ErrorTrees.Simplest(error));
        finished.Message = $"its {part} ran into its limit of {Durations.InWords(limit)}; {(end.IsAbandoned ? VerdictReader.Ended : "it stopped when it was asked to")}";
    }

    /// <summary>A broken barrier stays one in whatever part: it is usually another block's doing.</summary>
    private static void Fail(BlockFinished finished, BlockPart part, Exception thrown)
    {
        var exception = ErrorTrees.Simplest(thrown);
        FinalMessage.Fail(finished, exception);
        if (part == BlockPart.Run)
            return;
        finished.Message = $"its {BlockParts.InWords(part)} failed: {finished.Message}";
        if (finished.Reason != WireReason.ReasonBarrierBroken)
            finished.Reason = part == BlockPart.SetUp ? WireReason.ReasonSetUp : WireReason.ReasonTearDown;
    }
}
