namespace Streams;

/// <summary>What became of one block.</summary>
public sealed record BlockResult
{
    internal BlockResult()
    {
    }

    /// <summary>Name of the stream that it ran on.</summary>
    public required string Stream { get; init; }

    /// <summary>Host of the stream, as the author wrote it.</summary>
    public required string Host { get; init; }

    /// <summary>The block's place in its stream: 1, 2, 3, ...</summary>
    public required int Ordinal { get; init; }

    /// <summary>The block's name with its ordinal, for example <c>2-NetPerf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required BlockOutcome Outcome { get; init; }

    /// <summary>Why it has this outcome.</summary>
    public required OutcomeReason Reason { get; init; }

    /// <summary>One sentence that says what happened. Text from other processes in it is safe to print.</summary>
    public required string Message { get; init; }

    /// <summary>True if the block's own final message said so; false if the outcome was inferred from evidence.</summary>
    public required bool IsReceived { get; init; }

    /// <summary>The exception that the block threw; null if there is none.</summary>
    public BlockError? Error { get; init; }

    /// <summary>What the block warned of (<see cref="BlockContext.Warn"/>), and what went wrong beside it, in collecting files for example.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Figures that the block measured (<see cref="BlockContext.Measure"/>), in order.</summary>
    public IReadOnlyList<BlockMeasurement> Measurements { get; init; } = [];

    /// <summary>The last lines that the block printed, where they are evidence. Safe to print.</summary>
    public IReadOnlyList<string> OutputTail { get; init; } = [];

    /// <summary>Processes that the block left and that could not be ended. Usually empty.</summary>
    public IReadOnlyList<StrayProcess> StrayProcesses { get; init; } = [];

    /// <summary>The block's results directory.</summary>
    public required string Directory { get; init; }

    /// <summary>Where the block was given to its stream: file and line.</summary>
    public required string Source { get; init; }

    /// <summary>Time between the request and the block's start; null if it never started.</summary>
    public TimeSpan? QueuedFor { get; init; }

    /// <summary>The block's running time; zero if it never started.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>When it finished, since the collection was created.</summary>
    public TimeSpan FinishedAfter { get; init; }

    /// <summary>True for the outcomes that fail the owning test: Fail, Error and Interrupt.</summary>
    public bool IsFailure => Outcome is BlockOutcome.Fail or BlockOutcome.Error or BlockOutcome.Interrupt;

    /// <summary>
    /// True if the failure is most likely another block's doing: a barrier broke under it.
    /// </summary>
    internal bool IsConsequence => Reason == OutcomeReason.BarrierBroken;
}
