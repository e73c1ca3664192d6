namespace Streams.Results;

/// <summary>What is on record of one stream at one moment.</summary>
internal sealed record RecordedStream(string Name, string Host, string? Lost, IReadOnlyList<RecordedBlock> Blocks);
