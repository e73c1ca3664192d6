using Google.Protobuf;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>What became of a block: received from its worker, or inferred from evidence. Made by executors only.</summary>
internal sealed record BlockVerdict
{
    public required BlockOutcome Outcome { get; init; }

    public required OutcomeReason Reason { get; init; }

    /// <summary>One sentence for people: what happened, with exit code or signal in words. Already escaped for printing.</summary>
    public required string Message { get; init; }

    /// <summary>True if the block's own final message said so, false if the verdict was inferred.</summary>
    public required bool Received { get; init; }

    public BlockError? Error { get; init; }

    /// <summary>Of a block type that failed or was stopped: the part that it happened in.</summary>
    public BlockPart? FailedPart { get; init; }

    /// <summary>What the tear-down threw when the block had failed already; <see cref="Error"/> is the block's.</summary>
    public BlockError? TearDownError { get; init; }

    /// <summary>Value graph of the result; empty if there is none.</summary>
    public ByteString Value { get; init; } = ByteString.Empty;

    public CommandOutcome? Command { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Last lines of the worker's output, escaped; kept for inferred verdicts.</summary>
    public IReadOnlyList<string> OutputTail { get; init; } = [];

    public IReadOnlyList<StrayProcess> Strays { get; init; } = [];

    /// <summary>True if the stream can run no further block (its host is lost, or a process cannot be ended).</summary>
    public bool StreamIsLost { get; init; }

    /// <summary>The block's own running time, by its worker's clock; zero if unknown.</summary>
    public TimeSpan Elapsed { get; init; }
}
