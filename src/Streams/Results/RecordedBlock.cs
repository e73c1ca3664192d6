using Streams.Blocks;
using Streams.Execution;

namespace Streams.Results;

/// <summary>What is on record of one block at one moment. Times are since the record began.</summary>
internal sealed record RecordedBlock
{
    public required string Stream { get; init; }

    /// <summary>With its number in the stream: <c>1-NetServer</c>.</summary>
    public required string Name { get; init; }

    public required uint Ordinal { get; init; }

    /// <summary>Its number in the whole record, from 1.</summary>
    public required long Order { get; init; }

    /// <summary>Its directory, relative to the collection's.</summary>
    public required string Directory { get; init; }

    public BlockPhase Phase { get; init; }

    /// <summary>What the block was given; null: nothing that could be shown.</summary>
    public GivenBlock? Given { get; init; }

    public required TimeSpan Requested { get; init; }

    public TimeSpan? Triaging { get; init; }

    public TimeSpan? Ready { get; init; }

    public TimeSpan? Started { get; init; }

    public TimeSpan? Finished { get; init; }

    public BlockVerdict? Verdict { get; init; }

    /// <summary>The result as text for people; null if it has none.</summary>
    public string? Value { get; init; }

    /// <summary>Waits at barriers and for data, in order, those that go on included.</summary>
    public IReadOnlyList<RecordedWait> Waits { get; init; } = [];

    /// <summary>Figures that it measured, in order.</summary>
    public IReadOnlyList<BlockMeasurement> Measurements { get; init; } = [];

    public BlockOutcome? Outcome => Verdict?.Outcome;

    /// <summary>The outcome as reports show it: a failure that its author expected is an <c>XFAIL</c>; null while it runs.</summary>
    public string? Word => Verdict switch
    {
        null => null,
        { Reason: OutcomeReason.ExpectedFailure } => "XFAIL",
        { } verdict => Tally.Word(verdict.Outcome),
    };

    public string Message => Verdict?.Message ?? "";

    /// <summary>From its start (its request, if it never started) to its end; zero while it runs.</summary>
    public TimeSpan Duration => Finished is { } finished && Started is { } started ? finished - started : TimeSpan.Zero;
}
