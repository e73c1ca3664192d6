namespace Streams.Results;

/// <summary>
/// The directory of one collection: <c>Netperf.Throughput(db1, web2)~92a271/</c>; of one that a block made: <c>1-NetPerf/streams/</c>.
/// </summary>
internal sealed class OwnerDirectory
{
    private readonly SafeNames _streams = new();
    private readonly bool _isNested;

    public OwnerDirectory(string path, string name, bool isNested = false)
    {
        (Path, Name, _isNested) = (path, name, isNested);
        // The nested one's streams lie beside our own files.
        foreach (var own in isNested ? (string[])[Events, DebugLog, Results, Tap, Timeline, Whiteboard, Names] : [])
            _streams.Take(System.IO.Path.GetFileName(own));
    }

    public string Path { get; }

    public string Name { get; }

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

    public StreamDirectory Stream(string name) => new(Path, _isNested ? _streams.Take(name) : $"streams/{_streams.Take(name)}");

    private string In(string file) => System.IO.Path.Combine(Path, file);
}
