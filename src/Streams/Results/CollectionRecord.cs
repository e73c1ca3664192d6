using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Streams.Owner;

namespace Streams.Results;

/// <summary>
/// Everything that is recorded of one collection. Its methods are cheap and never fail for the disk's sake: lines go to
/// <see cref="EventsRecord"/>, everything else is made by the writer's thread.
/// </summary>
internal sealed class CollectionRecord : IAsyncDisposable
{
    private readonly OwningTest _test;
    private readonly CollectionRecordOptions _options;
    private readonly DateTimeOffset _began;
    private readonly TextLog _log;
    private readonly RecordReports _reports;
    private readonly Heartbeats _heartbeats;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<StreamRecord> _streams = [];
    private long _blocks;
    private bool _disposed;

    // Used on the writer's thread only: gone after it threw, for the test has ended then.
    private Action<string>? _print;

    private CollectionRecord(OwnerDirectory directory, OwningTest test, CollectionRecordOptions options)
    {
        Directory = directory;
        _test = test;
        _options = options;
        _print = options.Print;
        _began = options.Time.GetUtcNow();
        Health = new RecordHealth(directory.Path, SayFromAnywhere);
        Events = new EventsRecord(directory.Events, options.Time, Health);
        _log = new TextLog(directory.DebugLog, Health);
        _reports = new RecordReports(directory, Health, Events);
        _heartbeats = new Heartbeats(Events, options.Waits);
        Writer = new RecordWriter("streams results", Tick, exception => Health.Failed(directory.Path, exception));
    }

    public OwnerDirectory Directory { get; }

    internal EventsRecord Events { get; }

    internal ILogger Logger => _options.Logger;

    internal RecordHealth Health { get; }

    internal RecordWriter Writer { get; }

    /// <summary>True if something could not be written.</summary>
    public bool IsPartial => Health.IsPartial;

    /// <summary>Blocks queued so far.</summary>
    public int BlockCount => (int)Volatile.Read(ref _blocks);

    /// <summary>Opens the record of one collection of the test, in a directory of its own.</summary>
    public static CollectionRecord Open(RunResults run, OwningTest test, CollectionRecordOptions options) => Open(run.Owner(test), test, options);

    /// <summary>Opens the record of one collection in this directory.</summary>
    public static CollectionRecord Open(OwnerDirectory directory, OwningTest test, CollectionRecordOptions options)
    {
        var record = new CollectionRecord(directory, test, options);
        record.Health.Try(record.Directory.Path, () => System.IO.Directory.CreateDirectory(record.Directory.Path));
        record.Events.Append("collection-opened", default, record, static (json, self) =>
        {
            json.WriteNumber("version", 1);
            json.WriteString("test", EventsRecord.Text(self._test.DisplayName));
            json.WriteString("testId", EventsRecord.Text(self._test.UniqueId));
            json.WriteString("foundBy", self._test.Source.ToString());
            json.WriteString("run", self._options.Run);
            json.WriteString("collection", self._options.Collection);
            json.WriteNumber("pid", Environment.ProcessId);
        });
        record.Events.Flush();
        RecordLog.Opened(options.Logger, Printable.Line(test.DisplayName), Printable.Line(record.Directory.Path));
        record.Writer.Post(record._reports.Prepare);
        record.Writer.Post(() => record.Say(HumanLines.Log(record.Directory.DebugLog)));
        return record;
    }

    /// <summary>Records a new stream. Names are unique; the caller has made sure of it.</summary>
    public StreamRecord AddStream(string name, string host)
    {
        var stream = new StreamRecord(this, name, host);
        lock (_gate)
            _streams.Add(stream);
        Events.Append("stream-added", new EventSubject(name, null, 0), host, static (json, value) => json.WriteString("host", EventsRecord.Text(value)));
        RecordLog.StreamAdded(Logger, Printable.Line(name), Printable.Line(host));
        Writer.Post(() =>
        {
            if (Directory.ChangedNames() is { } changed)
                Health.Try(Directory.Names, () => AtomicFile.Write(Directory.Names, JsonSerializer.SerializeToUtf8Bytes(changed, ResultsJson.Indented)));
        });
        return stream;
    }

    /// <summary>Records something that belongs to no block: a connection, an upload, a note of ours.</summary>
    public void Note(string kind, string text, LogLevel level = LogLevel.Information, string? stream = null)
    {
        var elapsed = Events.Append(kind, new EventSubject(stream, null, 0), text, static (json, value) => json.WriteString("text", EventsRecord.Text(value)), essential: false);
        Writer.TryPost(text.Length * 2, () => AddLines(elapsed, level, stream is null ? "" : $"{Printable.Line(stream)}: ", text));
    }

    /// <summary>Records something that the author has to know at once: it is printed as well.</summary>
    public void Announce(string kind, string text)
    {
        Note(kind, text, LogLevel.Warning);
        Writer.Post(() => Say(Printable.Line(text)));
    }

    /// <summary>Sets the whiteboard of the collection.</summary>
    public void SetWhiteboard(string text)
    {
        WhiteboardChanged(null, text);
        Writer.Post(() => Health.Try(Directory.Whiteboard, () => WhiteboardFile.Write(Directory.Whiteboard, text)));
    }

    /// <summary>Records a whiteboard that is no block's.</summary>
    internal void WhiteboardChanged(string? stream, string text) => Events.Append(
        "whiteboard", new EventSubject(stream, null, 0), text, static (json, value) => json.WriteString("text", EventsRecord.Text(value)), essential: false);

    /// <summary>What is on record now.</summary>
    public CollectionSnapshot Snapshot()
    {
        StreamRecord[] streams;
        bool complete;
        lock (_gate)
            (streams, complete) = ([.. _streams], _disposed);
        return new CollectionSnapshot
        {
            Test = _test.DisplayName,
            Directory = Directory.Path,
            Began = _began,
            Elapsed = Events.Elapsed,
            Complete = complete,
            Problems = Health.Problems(),
            Streams = [.. streams.Select(stream => stream.Snapshot())],
        };
    }

    /// <summary>Writes a list for people, and all lines of the record so far, on the caller's thread: the process may end with it.</summary>
    public void WriteAtOnce(string name, IReadOnlyList<string> lines)
    {
        Events.Flush();
        if (lines.Count == 0)
            return;
        var path = Path.Combine(Directory.Path, name);
        Health.Try(path, () => AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(Printable.Line)) + "\n")));
    }

    /// <summary>Completes when all that was recorded before is in its files.</summary>
    public async Task FlushAsync()
    {
        await Writer.FlushAsync().ConfigureAwait(false);
        Events.Flush();
    }

    /// <summary>Writes everything that is left, the reports and the closing lines.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        Events.Append("collection-closed", default, Tally.Of(Snapshot().Outcomes), static (json, tally) => json.WriteString("tally", tally));
        Events.Flush();
        Writer.Post(Close);
        await Writer.DisposeAsync().ConfigureAwait(false);
        Events.Dispose();
        RecordLog.Closed(Logger, Printable.Line(_test.DisplayName), Events.Elapsed.TotalSeconds, Tally.Of(Snapshot().Outcomes));
    }

    internal long NextBlock() => Interlocked.Increment(ref _blocks);

    /// <summary>Adds text to the collection's log. On the writer's thread.</summary>
    internal void AddLines(TimeSpan elapsed, LogLevel level, string prefix, string text)
    {
        foreach (var line in Printable.Lines(text))
            _log.Add(LogLine(elapsed, level, prefix + line));
    }

    internal string LogLine(TimeSpan elapsed, LogLevel level, string line)
    {
        var time = (_began + elapsed).ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{time:HH:mm:ss.fff} +{elapsed.TotalSeconds:0.000} {Word(level)} {line}");
    }

    /// <summary>Prints one line to the test's output. On the writer's thread.</summary>
    internal void Say(string line)
    {
        try
        {
            _print?.Invoke(line);
        }
        catch (Exception)
        {
            // Not ours: the framework refuses lines after the test's end, or the author's own delegate failed. The line is
            // in the log; no block may be harmed by it.
            _print = null;
        }
    }

    internal void MarkChanged() => _reports.MarkChanged();

    internal void Watch(BlockRecord block) => _heartbeats.Watch(block);

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };

    // The disk's trouble may be met by any thread; printing belongs to the writer's.
    private void SayFromAnywhere(string line)
    {
        Events.Append("results-partial", default, line, static (json, text) => json.WriteString("text", EventsRecord.Text(text)));
        RecordLog.Partial(Logger, line);
        _reports.MarkChanged();
        Writer.Post(() => Say(line));
    }

    private TimeSpan Tick()
    {
        Events.Flush();
        foreach (var line in _heartbeats.Due(BlockCount))
            Say(line);
        _log.Flush();
        StreamRecord[] streams;
        lock (_gate)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.FlushLogs();
        var reports = _reports.WriteIfDue(Snapshot);
        var heartbeat = _heartbeats.Next;
        return reports == Timeout.InfiniteTimeSpan || (heartbeat != Timeout.InfiniteTimeSpan && heartbeat < reports) ? heartbeat : reports;
    }

    private void Close()
    {
        StreamRecord[] streams;
        lock (_gate)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.Close();
        _log.Flush();
        WriteReports();
        // Behind what was said of the disk just now.
        Writer.Post(Tell);
    }

    // What a full disk did not take goes into the space that was held back; the reports come after it, so that they know.
    private void WriteReports()
    {
        if (!Events.Flush())
            _reports.Dispose();
        Events.Flush();
        _reports.Write(Snapshot());
    }

    private void Tell()
    {
        var snapshot = Snapshot();
        foreach (var line in HumanLines.End(snapshot, Directory.Timeline))
        {
            Say(line);
            AddLines(snapshot.Elapsed, LogLevel.Information, "", line);
        }

        _log.Dispose();
        if (Health.Problems().Count != snapshot.Problems.Count)
            WriteReports();
        _reports.Dispose();
        HandOver(Snapshot());
    }

    /// <summary>To those who show results to people: the test framework, and a GitHub job's summary.</summary>
    private void HandOver(CollectionSnapshot snapshot)
    {
        try
        {
            // With its type and without an ending: the framework adds it.
            _test.Attach?.Invoke("timeline", System.Text.Encoding.UTF8.GetBytes(TimelineHtml.Render(snapshot)), "text/html");
        }
        catch (Exception)
        {
            // As with its output: the framework may take nothing more. The file is there.
        }

        JobSummary.Append(snapshot);
    }
}
