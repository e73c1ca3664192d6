namespace Streams.Blocks.Parts;

/// <summary>How the parts of a block ended.</summary>
internal sealed record PartsEnd
{
    /// <summary>The part that failed first, or that was stopped; null: none.</summary>
    public BlockPart? FailedPart { get; init; }

    /// <summary>What that part threw.</summary>
    public Exception? Error { get; init; }

    /// <summary>What the tear-down threw besides.</summary>
    public Exception? TearDownError { get; init; }

    /// <summary>The block was asked to stop before it had run to its end.</summary>
    public bool IsStopped { get; init; }

    /// <summary>The part that ran into a limit of its own; null: none.</summary>
    public BlockPart? LimitPassed { get; init; }

    /// <summary>A part did not end when it was asked to, and still runs: the process is of no further use.</summary>
    public bool IsAbandoned { get; init; }
}
