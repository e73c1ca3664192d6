namespace Streams.Results;

/// <summary>What is on record of a collection at one moment; every report is made from one.</summary>
internal sealed record CollectionSnapshot
{
    public required string Test { get; init; }

    public required string Directory { get; init; }

    public required DateTimeOffset Began { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>False while the collection is open, and for ever if its process was killed.</summary>
    public required bool Complete { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public required IReadOnlyList<RecordedStream> Streams { get; init; }

    public IEnumerable<RecordedBlock> Blocks => Streams.SelectMany(stream => stream.Blocks).OrderBy(block => block.Order);

    public IEnumerable<BlockOutcome> Outcomes => Blocks.Where(block => block.Outcome is not null).Select(block => block.Outcome!.Value);
}
