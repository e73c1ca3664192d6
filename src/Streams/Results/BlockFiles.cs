namespace Streams.Results;

/// <summary>What is in a block's directory, for its result.json.</summary>
internal sealed record BlockFiles(long OutputLeftOut, IReadOnlyList<string> LastOutput, IReadOnlyList<string> Data, IReadOnlyList<string> Notes);
