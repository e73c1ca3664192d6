using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Streams.Blocks;
using Streams.Scheduling;
using Streams.Wire;

namespace Streams.Tests.Scheduling;

/// <summary>A queue whose blocks "run" until the test lets them end, with the verdict that the test wants.</summary>
internal sealed class TestQueue
{
    private readonly BlockQueue _queue;
    private readonly ConcurrentDictionary<string, TestBlock> _blocks = new();
    private uint _last;

    public TestQueue() => _queue = new BlockQueue("s", _ => Prepare(), new Executor(this));

    public Func<Task> Prepare { get; set; } = () => Task.CompletedTask;

    /// <summary>Names of the blocks that were run, in order.</summary>
    public ConcurrentQueue<string> Executed { get; } = new();

    public static BlockVerdict Verdict(BlockOutcome outcome, OutcomeReason reason) =>
        new() { Outcome = outcome, Reason = reason, Message = "as the test wants it", Received = true };

    public TestBlock Add(Func<BlockVerdict>? verdict = null, Func<BlockVerdict, object?>? readValue = null)
    {
        var ordinal = ++_last;
        var specification = new BlockSpec { Id = new BlockId { Stream = "s", Ordinal = ordinal }, Name = ordinal.ToString(CultureInfo.InvariantCulture) };
        var queued = new QueuedBlock(specification, "Test.cs:1", new Observer(), new BlockLifecycle(TimeProvider.System), readValue);
        queued.Run = new BlockRun(queued);
        var block = new TestBlock(queued.Run, verdict ?? (() => Verdict(BlockOutcome.Pass, OutcomeReason.FinalMessage)));
        _blocks[specification.Name] = block;
        _queue.Enqueue(queued);
        return block;
    }

    public void Close(BlockVerdict verdict) => _queue.Close(verdict);

    private sealed class Executor(TestQueue queue) : IBlockExecutor
    {
        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
        {
            queue.Executed.Enqueue(specification.Name);
            var block = queue._blocks[specification.Name];
            await block.Executing.WaitToContinue();
            return block.Verdict();
        }

        public Task StopAsync(TimeSpan grace) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Makes results of verdicts; what else happens does not matter here.</summary>
    private sealed class Observer : IBlockObserver
    {
        public BlockResult Finished(QueuedBlock block, BlockVerdict verdict) => new()
        {
            Stream = block.StreamName,
            Host = "localhost",
            Ordinal = block.Ordinal,
            Name = block.Name,
            Outcome = verdict.Outcome,
            Reason = verdict.Reason,
            Message = verdict.Message,
            IsReceived = verdict.Received,
            Directory = "",
            Source = block.Source,
        };

        public IAsyncEnumerable<string> OutputLines(Task finished) => throw new NotSupportedException();

        public BlockFailedException Failure(BlockResult result) => throw new NotSupportedException();

        public Exception Skipped(BlockResult result) => throw new NotSupportedException();

        public void TurnWaited(string what)
        {
        }

        public void TurnEnded(bool came)
        {
        }

        public void PhaseEntered(QueuedBlock block, BlockPhase phase)
        {
        }

        public void Started()
        {
        }

        public void Logged(DateTimeOffset workerTime, LogLevel level, string text)
        {
        }

        public void WhiteboardChanged(string text)
        {
        }

        public void Output(long offset, ReadOnlySpan<byte> data)
        {
        }

        public void Measured(DateTimeOffset workerTime, string name, double value, string unit)
        {
        }

        public void PartEntered(Streams.Wire.WirePart part)
        {
        }

        public void SharesSync()
        {
        }

        public void OutputLeftOut(long offset, long bytes)
        {
        }

        public void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused)
        {
        }
    }
}

/// <summary>A block of a <see cref="TestQueue"/>.</summary>
internal sealed record TestBlock(BlockRun Run, Func<BlockVerdict> Verdict)
{
    public SyncPoint Executing { get; } = new();

    /// <summary>Lets it end.</summary>
    public Task<BlockResult> EndAsync()
    {
        Executing.Continue();
        return Run.Completion.DefaultTimeout();
    }
}
