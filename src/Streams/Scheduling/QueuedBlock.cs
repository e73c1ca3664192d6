using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Execution;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Scheduling;

/// <summary>One block of a stream's queue, from its request to its result.</summary>
internal sealed class QueuedBlock(BlockSpec specification, string source, IBlockObserver observer, BlockLifecycle lifecycle, Func<BlockVerdict, object?>? readValue)
{
    private object? _value;

    public BlockSpec Specification => specification;

    public string StreamName => specification.Id.Stream;

    public int Ordinal => (int)specification.Id.Ordinal;

    public string Name => specification.Name;

    /// <summary>File and line of the call that gave the block to its stream.</summary>
    public string Source => source;

    public BlockLifecycle Lifecycle => lifecycle;

    /// <summary>Where the block's last sign of life is kept.</summary>
    public BlockActivity Activity { get; } = new(lifecycle);

    /// <summary>True for a block that runs until its author stops it: its end before that is a failure.</summary>
    public bool IsBackground { get; init; }

    public IBlockObserver Observer => observer;

    /// <summary>The handle that the author holds. Set right after construction.</summary>
    public BlockRun Run { get; set; } = null!;

    /// <summary>The failure that its author expects; null: none.</summary>
    public ExpectedFailure? ExpectedFailure { get; init; }

    /// <summary>Who is told how far an upload or download is; null: nobody.</summary>
    public IProgress<TransferProgress>? Progress { get; set; }

    /// <summary>Set by the queue that holds the block: called when the author asks for the block's end.</summary>
    public Action<QueuedBlock>? OnStopRequested { get; set; }

    /// <summary>The value, once it is read; null before, and for a block without one.</summary>
    public object? ValueOrNull => _value;

    public void StopRequested() => OnStopRequested?.Invoke(this);

    public void Enter(BlockPhase phase)
    {
        if (!lifecycle.TryEnter(phase))
            return;
        Activity.Note();
        observer.PhaseEntered(this, phase);
    }

    /// <summary>Gives the block its verdict, once: records it, then completes its handle.</summary>
    public void Finish(BlockVerdict verdict)
    {
        verdict = Judge(ReadValue(verdict));
        if (ExpectedFailure is { } expected)
            verdict = ReadValue(ExpectedVerdict.Of(verdict, expected));
        if (!lifecycle.TryEnter(BlockPhase.Finished))
            return;
        Activity.Note();
        var result = observer.Finished(this, verdict);
        Run.TryFinish(result);
    }

    /// <summary>The value of a passed block.</summary>
    /// <exception cref="BlockFailedException">The block failed.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped, or did not run.</exception>
    public T Value<T>()
    {
        ThrowIfNotPassed();
        // What a string names has the block's result itself as its value.
        if (typeof(T) == typeof(BlockResult))
            return (T)(object)Run.Result!;
        return Run.Result!.IsExpectedFailure && _value is null ? default! : (T)_value!;
    }

    /// <inheritdoc cref="Value{T}"/>
    public void ThrowIfNotPassed()
    {
        var result = Run.Result ?? throw new InvalidOperationException($"Block {Name} has not finished.");
        if (result.Outcome == BlockOutcome.Skip)
            throw observer.Skipped(result);
        if (result.Outcome == BlockOutcome.Cancel)
            throw new OperationCanceledException($"Block {PrintableText.CleanLine(Name)} on stream '{PrintableText.CleanLine(StreamName)}' was not run to its end: {result.Message}");
        if (result.IsFailure)
            throw observer.Failure(result);
    }

    /// <summary>What the verdict means for this block: why it was ended, and whether it was to end by itself at all.</summary>
    private BlockVerdict Judge(BlockVerdict verdict)
    {
        var isStopped = verdict is { Outcome: BlockOutcome.Cancel, Reason: OutcomeReason.Stopped };
        if (Run.StopReason is { } reason && (isStopped || verdict is { Outcome: BlockOutcome.Fail, Reason: OutcomeReason.BarrierBroken }))
        {
            var hadStarted = lifecycle.EnteredAfter(BlockPhase.Started) is not null;
            return verdict with { Outcome = BlockOutcome.Cancel, Reason = reason.Reason, Message = $"{(hadStarted ? "stopped" : "not run")}: {reason.Why}", Error = null };
        }

        if (!IsBackground || Run.StopRequested || verdict.Outcome is not (BlockOutcome.Pass or BlockOutcome.Warn))
            return verdict;
        return verdict with
        {
            Outcome = BlockOutcome.Fail,
            Reason = OutcomeReason.EndedEarly,
            Message = "a background block that ended by itself, before it was stopped: what the test did after that, it did without it",
        };
    }

    /// <summary>A result that cannot be read is not a pass: the author would get nothing for it.</summary>
    private BlockVerdict ReadValue(BlockVerdict verdict)
    {
        if (readValue is null || _value is not null || (verdict.Outcome is not (BlockOutcome.Pass or BlockOutcome.Warn)))
            return verdict;
        // A command that failed as expected has its exit code and output; any other block that did has nothing.
        if (verdict is { Reason: OutcomeReason.ExpectedFailure, Command: null })
            return verdict;
        try
        {
            _value = readValue(verdict);
            return verdict;
        }
        catch (StreamsException exception)
        {
            return verdict with
            {
                Outcome = BlockOutcome.Fail,
                Reason = OutcomeReason.ResultNotSendable,
                Message = $"the block itself passed, but its result could not be read: {PrintableText.Clean(exception.Message)}",
            };
        }
    }
}
