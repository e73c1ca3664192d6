namespace Streams.Results;

/// <summary>The directory of one stream: <c>streams/server/</c>. Made on first use.</summary>
internal sealed class StreamDirectory(string owner, string relative)
{
    private readonly SafeNames _blocks = new();

    public string Path { get; } = System.IO.Path.Combine(owner, relative);

    public string DebugLog => System.IO.Path.Combine(Path, "debug.log");

    public string Whiteboard => System.IO.Path.Combine(Path, "whiteboard");

    public string Names => System.IO.Path.Combine(Path, "names.json");

    public IReadOnlyDictionary<string, string>? ChangedNames() => _blocks.Changed();

    /// <param name="name">With its number: <c>1-NetServer</c>.</param>
    public BlockDirectory Block(string name) => new(owner, $"{relative}/{_blocks.Take(name)}");
}
