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

    /// <summary>For a block type (<see cref="IBlock"/>) that failed or was stopped: the part that it happened in. Null otherwise.</summary>
    public BlockPart? FailedPart { get; init; }

    /// <summary>What the block's tear-down threw although the block had failed or been stopped already; null otherwise.</summary>
    public BlockError? TearDownError { get; init; }

    /// <summary>True if the block failed as <see cref="BlockOptions.ExpectedFailure"/> says; its outcome is then a pass.</summary>
    public bool IsExpectedFailure => Reason == OutcomeReason.ExpectedFailure;

    /// <summary>For a command: how it ended and what it printed. Null for other blocks, and for a command that never ended by itself.</summary>
    public CommandResult? Command { get; init; }

    /// <summary>For a command: what it wrote to its standard output. Empty otherwise.</summary>
    public string StandardOutput => Command?.StandardOutput ?? "";

    /// <summary>For a command: what it wrote to its standard error. Empty otherwise.</summary>
    public string StandardError => Command?.StandardError ?? "";

    /// <summary>For a command: its exit code. Null otherwise.</summary>
    public int? ExitCode => Command?.ExitCode;

    /// <summary>
    /// What the block was given: an instance prints its properties, a reference says what it was found to name. Safe to print;
    /// empty for a lambda or a method.
    /// </summary>
    public string Description { get; init; } = "";

    /// <summary>The block's parameters as text (<see cref="BlockOptions.Parameters"/>). Safe to print.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

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
