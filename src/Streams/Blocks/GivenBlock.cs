namespace Streams.Blocks;

/// <summary>What a block was given, as text for people and safe to print: for the record and for its result.</summary>
/// <param name="Text">An instance with its properties, or what a reference was found to name; empty: neither.</param>
/// <param name="Parameters">The parameters by name.</param>
internal sealed record GivenBlock(string Text, IReadOnlyDictionary<string, string> Parameters);
