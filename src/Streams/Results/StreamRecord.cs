using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Streams.Results;

/// <summary>What is recorded of one stream.</summary>
internal sealed class StreamRecord : IDisposable
{
    private readonly StreamDirectory _directory;
    private readonly TextLog _log;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<BlockRecord> _blocks = [];
    private string? _lost;

    // Used on the writer's thread: blocks with open files.
    private readonly HashSet<BlockRecord> _open = [];

    public StreamRecord(CollectionRecord collection, string name, string host)
    {
        Collection = collection;
        Name = name;
        Host = host;
        _directory = collection.Directory.Stream(name);
        _log = new TextLog(_directory.DebugLog, collection.Health);
    }

    public string Name { get; }

    public string Host { get; }

    /// <summary>The stream's directory. It is made when something lands in it.</summary>
    public string Path => _directory.Path;

    internal CollectionRecord Collection { get; }

    /// <summary>Records a block as requested, and gives it its number in the stream and in the whole record.</summary>
    /// <param name="name">Without a number.</param>
    public BlockRecord BlockQueued(string name)
    {
        BlockRecord block;
        lock (_gate)
        {
            var ordinal = (uint)_blocks.Count + 1;
            var numbered = string.Create(CultureInfo.InvariantCulture, $"{ordinal}-{name}");
            block = new BlockRecord(this, numbered, ordinal, Collection.NextBlock(), _directory.Block(numbered));
            _blocks.Add(block);
        }

        block.Queued();
        return block;
    }

    /// <summary>Records that the stream can run no further block, and why.</summary>
    public void Lost(string why)
    {
        lock (_gate)
            _lost ??= why;
        RecordLog.StreamLost(Collection.Logger, Printable.Line(Name), Printable.Line(why));
        Collection.Note("stream-lost", why, LogLevel.Error, Name);
        Collection.MarkChanged();
    }

    /// <summary>Sets the stream's whiteboard.</summary>
    public void SetWhiteboard(string text)
    {
        Collection.WhiteboardChanged(Name, text);
        Collection.Writer.Post(() => Collection.Health.Try(_directory.Whiteboard, () =>
        {
            Directory.CreateDirectory(Path);
            WhiteboardFile.Write(_directory.Whiteboard, text);
        }));
    }

    // Its collection disposes of it, on the writer's thread.
    void IDisposable.Dispose() => Close();

    internal RecordedStream Snapshot()
    {
        lock (_gate)
            return new RecordedStream(Name, Host, _lost, [.. _blocks.Select(block => block.Snapshot())]);
    }

    // What follows is used on the writer's thread only.

    internal void AddLine(string line) => _log.Add(line);

    internal void Opened(BlockRecord block) => _open.Add(block);

    internal void Closed(BlockRecord block) => _open.Remove(block);

    internal void FlushLogs()
    {
        _log.Flush();
        foreach (var block in _open)
            block.FlushLog();
    }

    internal void RecordNames()
    {
        if (_directory.ChangedNames() is { } changed)
        {
            Collection.Health.Try(_directory.Names, () =>
            {
                Directory.CreateDirectory(Path);
                AtomicFile.Write(_directory.Names, JsonSerializer.SerializeToUtf8Bytes(changed, ResultsJson.Indented));
            });
        }
    }

    internal void Close()
    {
        foreach (var block in _open.ToArray())
            block.CloseFiles();
        _log.Dispose();
    }
}
