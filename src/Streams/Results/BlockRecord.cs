using System.Globalization;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Execution;
using Streams.Wire;

namespace Streams.Results;

/// <summary>
/// What is recorded of one block. Calls are cheap; when <see cref="Finished"/> returns, the block's lines are in
/// <c>events.jsonl</c>. Everything else in its directory is made by the writer's thread, see the other part.
/// </summary>
internal sealed partial class BlockRecord : IBlockEvents, IDisposable
{
    private const int MostMeasurements = 10_000;

    private readonly StreamRecord _stream;
    private readonly CollectionRecord _collection;
    private readonly BlockDirectory _directory;
    private readonly Lock _gate = new();

    // Guarded by _gate: all that is known, and the waits, of which the last may go on.
    private readonly List<RecordedWait> _waits = [];
    private readonly List<BlockMeasurement> _measurements = [];
    private RecordedBlock _known;
    private long _leftOutLines;

    // Output is known to reach so far. Written by the receiver's thread.
    private long _outputEnd;

    // Made by the receiver's thread at the first file, which hands it to the writer's with each piece of work.
    private IncomingFiles? _files;
    private IncomingFiles? _nestedFiles;

    public BlockRecord(StreamRecord stream, string name, uint ordinal, long order, BlockDirectory directory)
    {
        _stream = stream;
        _collection = stream.Collection;
        _directory = directory;
        Subject = new EventSubject(stream.Name, name, order);
        _known = new RecordedBlock
        {
            Stream = stream.Name,
            Name = name,
            Ordinal = ordinal,
            Order = order,
            Directory = directory.Relative,
            Requested = _collection.Events.Elapsed,
        };
    }

    /// <summary>With its number in the stream: <c>1-NetServer</c>.</summary>
    public string Name => _known.Name;

    public uint Ordinal => _known.Ordinal;

    public long Order => _known.Order;

    /// <summary>The block's directory. It is made when something lands in it.</summary>
    public string Path => _directory.Path;

    /// <summary>Where the block's own files belong. Made on first use, by whoever uses it.</summary>
    public string DataPath => _directory.Data;

    internal EventSubject Subject { get; }

    internal bool IsFinished
    {
        get
        {
            lock (_gate)
                return _known.Finished is not null;
        }
    }

    internal RecordedWait? CurrentWait
    {
        get
        {
            lock (_gate)
                return _waits is [.., { Until: null } wait] ? wait : null;
        }
    }

    /// <summary>Records what the block was given.</summary>
    public void Given(GivenBlock given)
    {
        var elapsed = _collection.Events.Append("block-given", Subject, given, static (json, given) => ResultsJson.WriteGiven(json, given));
        lock (_gate)
            _known = _known with { Given = given };
        _collection.Writer.Post(() => WriteGiven(elapsed, given));
    }

    /// <summary>Records that the block has reached this phase: triaging or ready. The others have their own methods.</summary>
    public void Phase(BlockPhase phase)
    {
        var elapsed = _collection.Events.Append(phase switch
        {
            BlockPhase.Triaging => "block-triaging",
            BlockPhase.Ready => "block-ready",
            BlockPhase.Started => "block-started",
            _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "Requested and Finished are recorded by BlockQueued and Finished."),
        }, Subject);
        lock (_gate)
        {
            _known = phase switch
            {
                BlockPhase.Triaging => _known with { Phase = phase, Triaging = elapsed },
                BlockPhase.Ready => _known with { Phase = phase, Ready = elapsed },
                _ => _known with { Phase = phase, Started = elapsed },
            };
        }
    }

    public void Started()
    {
        Phase(BlockPhase.Started);
        if (_collection.Logger.IsEnabled(LogLevel.Debug))
            RecordLog.BlockStarted(_collection.Logger, Printable.Line(_stream.Name), Printable.Line(Name));
        _collection.Watch(this);
        _collection.Writer.PostPatiently(WriteStarted);
    }

    public void Logged(DateTimeOffset workerTime, LogLevel level, string text)
    {
        var elapsed = _collection.Events.Append("block-log", Subject, (workerTime, level, text), static (json, log) =>
        {
            json.WriteString("level", log.level.ToString());
            json.WriteString("workerTime", log.workerTime);
            json.WriteString("text", EventsRecord.Text(log.text));
        }, essential: false);
        if (!_collection.Writer.TryPost(text.Length * 2, () => WriteLogged(elapsed, level, text)))
            Interlocked.Increment(ref _leftOutLines);
    }

    public void WhiteboardChanged(string text)
    {
        _collection.Events.Append("block-whiteboard", Subject, text, static (json, value) => json.WriteString("text", EventsRecord.Text(value)), essential: false);
        _collection.Writer.Post(() => WriteWhiteboard(text));
    }

    /// <summary>A block keeps within a bound of its own; a host that does not is not believed beyond it.</summary>
    public void Measured(DateTimeOffset workerTime, string name, double value, string unit)
    {
        lock (_gate)
        {
            if (_measurements.Count >= MostMeasurements)
                return;
            _measurements.Add(new BlockMeasurement { Name = Printable.Line(name), Value = value, Unit = Printable.Line(unit) });
        }

        _collection.Events.Append("block-measured", Subject, (workerTime, name, value, unit), static (json, figure) =>
        {
            json.WriteString("workerTime", figure.workerTime);
            ResultsJson.WriteMeasurement(json, figure.name, figure.value, figure.unit);
        });
        _collection.MarkChanged();
    }

    public void PartEntered(WirePart part) => _collection.Events.Append("block-part", Subject, part, static (json, entered) => json.WriteString("part", entered switch
    {
        WirePart.PartSetUp => "set-up",
        WirePart.PartTearDown => "tear-down",
        _ => "run",
    }));

    public void SharesSync() => _collection.Events.Append("block-shares-sync", Subject);

    public void Output(long offset, ReadOnlySpan<byte> data)
    {
        var copy = data.ToArray();
        Volatile.Write(ref _outputEnd, Math.Max(_outputEnd, offset + copy.Length));
        // Left out when the disk is slower than the block: the file shows the gap, for the next offset does not fit.
        _collection.Writer.TryPost(copy.Length, () => WriteOutput(offset, copy));
    }

    public void OutputLeftOut(long offset, long bytes)
    {
        _collection.Events.Append("block-output-left-out", Subject, (offset, bytes), static (json, gap) =>
        {
            json.WriteNumber("offset", gap.offset);
            json.WriteNumber("bytes", gap.bytes);
        });
        _collection.Writer.Post(() => WriteGap(offset, bytes));
    }

    /// <inheritdoc/>
    /// <exception cref="HostileNameException">The host is not to be trusted: close its connection.</exception>
    public void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused)
    {
        _files ??= new IncomingFiles(_directory, _collection.Health, portable: OperatingSystem.IsWindows());
        Accept(_files, name, offset, data, last, sha256, refused);
    }

    /// <inheritdoc/>
    /// <exception cref="HostileNameException">The host is not to be trusted: close its connection.</exception>
    public void NestedFileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused)
    {
        if (!NestedName.IsOne(name))
            throw new HostileNameException($"The host sent '{IncomingName.Show(name)}' as a file of the block's own streams, which it cannot be. The host is not to be trusted.");
        _nestedFiles ??= new IncomingFiles(_directory.Path, _directory.Partial + "-" + NestedName.First, _collection.Health, portable: OperatingSystem.IsWindows());
        Accept(_nestedFiles, name, offset, data, last, sha256, refused);
    }

    private void Accept(IncomingFiles files, ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused)
    {
        if (refused is not null)
        {
            FileRefused(name, refused);
            return;
        }

        var (file, why) = files.Accept(name, offset, data.Length, last);
        if (why is not null)
        {
            _collection.Writer.Post(() => files.Abandon(file));
            if (last)
                FileRefused(name, why);
            return;
        }

        var (content, digest) = (data.ToArray(), sha256.ToArray());
        _collection.Writer.Post(() => WriteFile(files, file, content, last, digest));
    }

    /// <summary>The block waits from now on: <c>at 'setup' for server (db1)</c>.</summary>
    public void WaitBegan(string what)
    {
        var elapsed = _collection.Events.Append("block-wait", Subject, what, static (json, value) => json.WriteString("what", EventsRecord.Text(value)));
        lock (_gate)
            _waits.Add(new RecordedWait(what, elapsed, null, ""));
        _collection.Watch(this);
    }

    /// <summary>The wait is over: <c>released</c>, <c>broken</c>, <c>timed out</c>.</summary>
    public void WaitEnded(string how)
    {
        var elapsed = _collection.Events.Append("block-wait-ended", Subject, how, static (json, value) => json.WriteString("how", EventsRecord.Text(value)));
        lock (_gate)
        {
            if (_waits is [.., { Until: null } wait])
                _waits[^1] = wait with { Until = elapsed, Ended = how };
        }
    }

    /// <summary>The block has waited so long until now: for what is told of a wait only when it is over.</summary>
    public void Waited(string what, TimeSpan duration, string how)
    {
        var elapsed = _collection.Events.Append("block-waited", Subject, (what, duration, how), static (json, wait) =>
        {
            json.WriteString("what", EventsRecord.Text(wait.what));
            json.WriteNumber("seconds", Math.Round(wait.duration.TotalSeconds, 6));
            json.WriteString("how", EventsRecord.Text(wait.how));
        });
        lock (_gate)
            _waits.Add(new RecordedWait(what, elapsed > duration ? elapsed - duration : TimeSpan.Zero, elapsed, how));
    }

    /// <summary>Records the block's end. When it returns, the block's lines are with the operating system.</summary>
    /// <param name="verdict">What became of it.</param>
    /// <param name="value">Its result as text for people; null if it has none.</param>
    public void Finished(BlockVerdict verdict, string? value = null)
    {
        var elapsed = _collection.Events.Append("block-finished", Subject, (verdict, value), static (json, end) => ResultsJson.WriteVerdict(json, end.verdict, end.value));
        lock (_gate)
            _known = _known with { Phase = BlockPhase.Finished, Finished = elapsed, Verdict = verdict, Value = value };
        _collection.Events.Flush();
        RecordLog.BlockFinished(_collection.Logger, _known, verdict);
        _collection.MarkChanged();
        _collection.Writer.PostPatiently(WriteFinished);
    }

    /// <summary>Says that nothing but its author ends it.</summary>
    public void HasNoLimit()
    {
        RecordLog.BlockWithoutLimit(_collection.Logger, Printable.Line(_stream.Name), Printable.Line(Name));
        var elapsed = _collection.Events.Append("block-without-limit", Subject);
        _collection.Writer.Post(() => WriteLines(elapsed, LogLevel.Information, "has no time limit: it runs until it ends, or is stopped"));
    }

    /// <summary>The block's output as lines, read from its file as that grows.</summary>
    public IAsyncEnumerable<string> OutputLines(Task finished) => new FollowedFile(_directory.OutputLog, finished, _collection.Writer.FlushAsync).ReadLinesAsync();

    // Its collection disposes of it, on the writer's thread.
    void IDisposable.Dispose() => CloseFiles();

    internal void Queued() => _collection.Events.Append("block-queued", Subject);

    internal RecordedBlock Snapshot()
    {
        lock (_gate)
            return _waits.Count + _measurements.Count == 0 ? _known : _known with { Waits = [.. _waits], Measurements = [.. _measurements] };
    }

    private void FileRefused(ReadOnlySpan<byte> name, string why)
    {
        var shown = IncomingName.Show(name);
        var elapsed = _collection.Events.Append("block-file-refused", Subject, (shown, why), static (json, file) =>
        {
            json.WriteString("name", file.shown);
            json.WriteString("why", EventsRecord.Text(file.why));
        });
        _collection.Writer.Post(() =>
        {
            _filesNoted.Add($"{shown}: {why}");
            WriteLines(elapsed, LogLevel.Warning, $"file '{shown}' is not among the results: {Printable.Line(why)}");
        });
    }
}
