using Microsoft.Extensions.Logging;
using Streams.Blocks;

namespace Streams.Results;

// Everything here runs on the writer's thread.
internal sealed partial class BlockRecord
{
    private const int MostSaidLines = 500;

    private readonly List<string> _filesKept = [];
    private readonly List<string> _filesNoted = [];
    private int _saidLines;
    private TextLog? _log;
    private BlockOutputFile? _output;
    private bool _made;

    internal void FlushLog() => _log?.Flush();

    internal void CloseFiles()
    {
        _log?.Dispose();
        _output?.Dispose();
        _files?.Dispose();
        _nestedFiles?.Dispose();
        _stream.Closed(this);
    }

    private void Make()
    {
        // Also for what comes after the end: its files are opened again, and must be closed again.
        _stream.Opened(this);
        if (_made)
            return;
        _made = _collection.Health.Try(Path, () => Directory.CreateDirectory(Path));
        _stream.RecordNames();
    }

    private void WriteStarted()
    {
        var block = Snapshot();
        WriteLines(block.Started ?? block.Requested, LogLevel.Information, $"started on {_stream.Host}");
        _collection.Say(HumanLines.Started(block, _collection.BlockCount, _stream.Host));
    }

    private void WriteGiven(TimeSpan elapsed, GivenBlock given)
    {
        if (given.Text.Length > 0)
            WriteLines(elapsed, LogLevel.Debug, given.Text);
        foreach (var (name, value) in given.Parameters)
            WriteLines(elapsed, LogLevel.Debug, $"parameter {name} = {value}");
    }

    private void WriteLines(TimeSpan elapsed, LogLevel level, string text)
    {
        Make();
        if (Interlocked.Exchange(ref _leftOutLines, 0) is > 0 and var lines)
            AddLine(elapsed, LogLevel.Warning, $"... {lines} lines left out: they came faster than the disk takes them ...");
        foreach (var line in Printable.Lines(text))
            AddLine(elapsed, level, line);
    }

    /// <summary>What the block itself logs is also shown while it runs, as long as it keeps within bounds.</summary>
    private void WriteLogged(TimeSpan elapsed, LogLevel level, string text)
    {
        WriteLines(elapsed, level, text);
        foreach (var line in Printable.Lines(text))
        {
            if (++_saidLines <= MostSaidLines)
                _collection.Say(HumanLines.Logged(_stream.Name, Name, line));
            else if (_saidLines == MostSaidLines + 1)
                _collection.Say(HumanLines.Logged(_stream.Name, Name, $"... more lines are in {Printable.Line(_directory.DebugLog)}"));
        }
    }

    private void AddLine(TimeSpan elapsed, LogLevel level, string line)
    {
        var own = _collection.LogLine(elapsed, level, line);
        (_log ??= new TextLog(_directory.DebugLog, _collection.Health)).Add(own);
        _stream.AddLine(_collection.LogLine(elapsed, level, $"{Printable.Line(Name)}: {line}"));
        _collection.AddLines(elapsed, level, $"{Printable.Line(_stream.Name)}/{Printable.Line(Name)}: ", line);
    }

    private void WriteWhiteboard(string text)
    {
        Make();
        _collection.Health.Try(_directory.Whiteboard, () => WhiteboardFile.Write(_directory.Whiteboard, text));
    }

    private void WriteOutput(long offset, byte[] data)
    {
        Make();
        OutputFile().Write(offset, data);
    }

    private void WriteGap(long offset, long bytes)
    {
        Make();
        OutputFile().Missing(offset, bytes);
    }

    private BlockOutputFile OutputFile() => _output ??= new BlockOutputFile(_directory.OutputLog, _collection.Health);

    private void WriteFile(IncomingFiles files, IncomingFile file, byte[] data, bool last, byte[] digest)
    {
        Make();
        var wrong = files.Write(file, data, last, digest);
        if (wrong is not null)
        {
            FileRefused(file.OriginalName, wrong);
        }
        else if (last && files != _nestedFiles)
        {
            RecordFile(file.Relative, file.Announced);
        }
    }

    private void RecordFile(string name, long bytes)
    {
        _filesKept.Add(name);
        _collection.Events.Append("block-file", Subject, (name, bytes), static (json, file) =>
        {
            json.WriteString("name", EventsRecord.Text(file.name));
            json.WriteNumber("bytes", file.bytes);
        });
    }

    // A block on this machine wrote its files where they belong.
    private void ListData()
    {
        if (_files is not null)
            return;
        var listing = DataListing.Of(DataPath);
        foreach (var (name, bytes) in listing.Files)
            RecordFile(name, bytes);
        _filesNoted.AddRange(listing.Notes);
    }

    private void WriteFinished()
    {
        var block = Snapshot();
        var elapsed = block.Finished ?? block.Requested;
        Make();
        foreach (var line in Ending(block))
            WriteLines(elapsed, block.Outcome is BlockOutcome.Pass ? LogLevel.Information : LogLevel.Warning, line);
        if (_files?.ChangedNames() is { } names)
            _collection.Health.Try(_directory.Names, () => AtomicFile.Write(_directory.Names, names));
        if (Volatile.Read(ref _outputEnd) is > 0 and var end)
            OutputFile().Missing(0, end);
        CloseFiles();
        ListData();
        var facts = new BlockFiles(_output?.LeftOut ?? 0, _output?.LastLines(10) ?? [], [.. _filesKept], [.. _filesNoted]);
        _collection.Health.Try(_directory.Result, () => AtomicFile.Write(_directory.Result, ResultsJson.Block(block, _stream.Host, facts)));
        _collection.Say(HumanLines.Finished(block, _collection.BlockCount));
    }

    private static IEnumerable<string> Ending(RecordedBlock block)
    {
        yield return $"finished: {block.Word} ({block.Verdict!.Reason}) after {HumanLines.Time(block.Duration)}";
        if (block.Message.Length > 0 && block.Outcome != BlockOutcome.Pass)
            yield return block.Message;
        if (block.Verdict.Error is { } error)
            yield return $"{error}\n{error.StackTrace}";
        if (block.Verdict.TearDownError is { } second)
            yield return $"and in its tear-down: {second}\n{second.StackTrace}";
        foreach (var warning in block.Verdict.Warnings)
            yield return $"warning: {warning}";
        foreach (var stray in block.Verdict.Strays)
            yield return $"left behind: process {stray.ProcessId} on {stray.Host}, {stray.Command}; remove it with: {stray.RemoveWith}";
    }
}
