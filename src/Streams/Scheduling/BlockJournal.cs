using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Blocks.Parts;
using Streams.Execution;
using Streams.Processes;
using Streams.Results;
using Streams.Wire;

namespace Streams.Scheduling;

/// <summary>
/// What one block tells: to the record, to the sync server (so that reports can say what a missing party is doing), and to the
/// ledger of failures.
/// </summary>
internal sealed class BlockJournal(BlockRecord record, string host, string source, CollectionJournal collection, IStreamRules rules) : IBlockObserver
{
    private const int LongestLine = 200;

    private QueuedBlock _block = null!;

    /// <summary>The part that the block was in when it was heard of last.</summary>
    private volatile WirePart _part;

    /// <summary>The block's directory.</summary>
    public string Directory => record.Path;

    public void Attach(QueuedBlock block)
    {
        _block = block;
        Tell(StreamsEventKind.BlockPhase, phase: BlockPhase.Requested);
        collection.Parties.Queued(block.Specification, record.Waited);
    }

    public void PhaseEntered(QueuedBlock block, BlockPhase phase)
    {
        if (phase is BlockPhase.Triaging or BlockPhase.Ready)
            record.Phase(phase);
        Tell(StreamsEventKind.BlockPhase, phase: phase);
    }

    public void Started()
    {
        // With requirements it is ready only when its worker found them met, which is when it starts.
        _block.Enter(BlockPhase.Ready);
        if (!_block.Lifecycle.TryEnter(BlockPhase.Started))
            return;
        _block.Activity.Note();
        record.Started();
        Tell(StreamsEventKind.BlockPhase, phase: BlockPhase.Started);
        collection.Parties.Running(_block.Specification);
    }

    public void Logged(DateTimeOffset workerTime, LogLevel level, string text)
    {
        record.Logged(workerTime, level, text);
        Spoke(LastLine(text));
        Tell(StreamsEventKind.BlockLog, text: text);
    }

    public void WhiteboardChanged(string text)
    {
        _block.Activity.Note();
        record.WhiteboardChanged(text);
        Tell(StreamsEventKind.BlockWhiteboard, text: text);
    }

    public void Output(long offset, ReadOnlySpan<byte> data)
    {
        record.Output(offset, data);
        Spoke(LastLine(Encoding.UTF8.GetString(data[Math.Max(0, data.Length - LongestLine)..])));
    }

    public void SharesSync()
    {
        record.SharesSync();
        collection.Parties.Shares(_block.Specification);
    }

    public void Measured(DateTimeOffset workerTime, string name, double value, string unit)
    {
        _block.Activity.Note();
        record.Measured(workerTime, name, value, unit);
    }

    public void PartEntered(WirePart part)
    {
        _part = part;
        _block.Activity.Note();
        record.PartEntered(part);
    }

    public void TurnWaited(string what)
    {
        record.WaitBegan(what);
        collection.Parties.Waiting(_block.Specification, $"waits {what}");
    }

    public void TurnEnded(bool came) => record.WaitEnded(came ? "came" : "given up");

    public void LinkChanged(bool isAway) => collection.Parties.LinkChanged(_block.Specification, isAway);

    public void Transferred(TransferProgress progress)
    {
        _block.Activity.Note();
        _block.Progress?.Report(progress);
    }

    public void OutputLeftOut(long offset, long bytes) => record.OutputLeftOut(offset, bytes);

    public void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused) =>
        record.FileChunk(name, offset, data, last, sha256, refused);

    public void NestedFileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused) =>
        record.NestedFileChunk(name, offset, data, last, sha256, refused);

    /// <summary>A block that could not say itself in which of its parts it ended.</summary>
    private BlockVerdict InPart(BlockVerdict verdict)
    {
        if (verdict.Received || verdict.FailedPart is not null || verdict.Outcome is not (BlockOutcome.Error or BlockOutcome.Interrupt) || BlockParts.FromWire(_part) is not { } part)
            return verdict;
        return verdict with { FailedPart = part, Message = part == BlockPart.Run ? verdict.Message : $"in its {BlockParts.InWords(part)}: {verdict.Message}" };
    }

    public BlockResult Finished(QueuedBlock block, BlockVerdict verdict)
    {
        verdict = InPart(verdict);
        record.Finished(verdict, ValueText.Of(block.ValueOrNull));
        var known = record.Snapshot();
        var result = new BlockResult
        {
            Stream = block.StreamName,
            Host = host,
            Ordinal = block.Ordinal,
            Name = block.Name,
            Outcome = verdict.Outcome,
            Reason = verdict.Reason,
            Message = verdict.Message,
            IsReceived = verdict.Received,
            Error = verdict.Error,
            FailedPart = verdict.FailedPart,
            TearDownError = verdict.TearDownError,
            Command = verdict.Command is { } command ? BlockValues.Result(CommandText.Show(block.Specification.Command), command) : null,
            Description = known.Given?.Text ?? "",
            Parameters = known.Given?.Parameters ?? FrozenDictionary<string, string>.Empty,
            Warnings = verdict.Warnings,
            Measurements = known.Measurements,
            OutputTail = verdict.OutputTail,
            StrayProcesses = verdict.Strays,
            Directory = record.Path,
            Source = source,
            QueuedFor = known.Started - known.Requested,
            Elapsed = verdict.Elapsed > TimeSpan.Zero ? verdict.Elapsed : known.Duration,
            FinishedAfter = known.Finished ?? TimeSpan.Zero,
        };
        collection.Failures.Add(result);
        rules.Ending(result);
        collection.Parties.Ended(block.Specification, result);
        Tell(StreamsEventKind.BlockPhase, phase: BlockPhase.Finished, result: result);
        rules.Ended(result);
        return result;
    }

    public IAsyncEnumerable<string> OutputLines(Task finished) => record.OutputLines(finished);

    public BlockFailedException Failure(BlockResult result)
    {
        // The author knows of it now and goes on: whoever comes next is not held to be missing because of it.
        collection.Parties.Open();
        return collection.Failures.Exception(result);
    }

    public Exception Skipped(BlockResult result) => collection.Skipped(result);

    private void Spoke(string line)
    {
        _block.Activity.Note(line);
        collection.Parties.LastLine(_block.Specification, line);
    }

    private void Tell(StreamsEventKind kind, string text = "", BlockPhase? phase = null, BlockResult? result = null)
    {
        if (collection.Observers is { } observers)
            observers.Post(new StreamsEvent { Kind = kind, Stream = _block.StreamName, Block = _block.Name, Phase = phase, Result = result, Text = text });
    }

    private static string LastLine(string text)
    {
        var line = text.AsSpan().TrimEnd();
        line = line[(line.LastIndexOf('\n') + 1)..];
        return PrintableText.CleanLine(line[..Math.Min(line.Length, LongestLine)].ToString());
    }
}
