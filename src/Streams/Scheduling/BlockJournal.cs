using System.Text;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Execution;
using Streams.Processes;
using Streams.Results;
using Streams.Wire;

namespace Streams.Scheduling;

/// <summary>
/// What one block tells: to the record, to the sync server (so that reports can say what a missing party is doing), and to the
/// ledger of failures.
/// </summary>
internal sealed class BlockJournal(BlockRecord record, string host, string source, FailureLedger failures, SyncParties parties) : IBlockObserver
{
    private const int LongestLine = 200;

    private QueuedBlock _block = null!;

    /// <summary>The block's directory.</summary>
    public string Directory => record.Path;

    public void Attach(QueuedBlock block)
    {
        _block = block;
        parties.Queued(block.Specification, record.Waited);
    }

    public void PhaseEntered(QueuedBlock block, BlockPhase phase)
    {
        if (phase is BlockPhase.Triaging or BlockPhase.Ready)
            record.Phase(phase);
    }

    public void Started()
    {
        if (!_block.Lifecycle.TryEnter(BlockPhase.Started))
            return;
        record.Started();
        parties.Running(_block.Specification);
    }

    public void Logged(DateTimeOffset workerTime, LogLevel level, string text)
    {
        record.Logged(workerTime, level, text);
        parties.LastLine(_block.Specification, LastLine(text));
    }

    public void WhiteboardChanged(string text) => record.WhiteboardChanged(text);

    public void Output(long offset, ReadOnlySpan<byte> data)
    {
        record.Output(offset, data);
        parties.LastLine(_block.Specification, LastLine(Encoding.UTF8.GetString(data[Math.Max(0, data.Length - LongestLine)..])));
    }

    public void SharesSync()
    {
        record.SharesSync();
        parties.Shares(_block.Specification);
    }

    public void Measured(DateTimeOffset workerTime, string name, double value, string unit) => record.Measured(workerTime, name, value, unit);

    public void PartEntered(WirePart part) => record.PartEntered(part);

    public void OutputLeftOut(long offset, long bytes) => record.OutputLeftOut(offset, bytes);

    public void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused) =>
        record.FileChunk(name, offset, data, last, sha256, refused);

    public BlockResult Finished(QueuedBlock block, BlockVerdict verdict)
    {
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
            Warnings = verdict.Warnings,
            OutputTail = verdict.OutputTail,
            StrayProcesses = verdict.Strays,
            Directory = record.Path,
            Source = source,
            QueuedFor = known.Started - known.Requested,
            Elapsed = verdict.Elapsed > TimeSpan.Zero ? verdict.Elapsed : known.Duration,
            FinishedAfter = known.Finished ?? TimeSpan.Zero,
        };
        failures.Add(result);
        parties.Ended(block.Specification, result);
        return result;
    }

    public BlockFailedException Failure(BlockResult result)
    {
        // The author knows of it now and goes on: whoever comes next is not held to be missing because of it.
        parties.Open();
        return failures.Exception(result);
    }

    private static string LastLine(string text)
    {
        var line = text.AsSpan().TrimEnd();
        line = line[(line.LastIndexOf('\n') + 1)..];
        return PrintableText.CleanLine(line[..Math.Min(line.Length, LongestLine)].ToString());
    }
}
