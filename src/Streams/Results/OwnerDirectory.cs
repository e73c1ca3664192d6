namespace Streams.Results;

/// <summary>The directory of one collection: <c>Netperf.Throughput(db1, web2)~92a271/</c>.</summary>
internal sealed class OwnerDirectory(string path, string name)
{
    private readonly SafeNames _streams = new();

    public string Path { get; } = path;

    public string Name { get; } = name;

    public string Events => In("events.jsonl");

    public string DebugLog => In("debug.log");

    public string Results => In("results.json");

    public string Tap => In("results.tap");

    public string Timeline => In("timeline.html");

    public string Whiteboard => In("whiteboard");

    /// <summary>The test's own files. Made on first use, by whoever uses it.</summary>
    public string Data => In("data");

    public string Names => In("names.json");

    /// <summary>Stream names that could not be used as they are.</summary>
    public IReadOnlyDictionary<string, string>? ChangedNames() => _streams.Changed();

    public StreamDirectory Stream(string name) => new(Path, $"streams/{_streams.Take(name)}");

    private string In(string file) => System.IO.Path.Combine(Path, file);
}
