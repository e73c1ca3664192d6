using System.Diagnostics;
using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// Runs one stream's blocks on a thread of the test's own process (D4). It can ask a block to stop, and no more: a block that
/// does not is left to itself, said to be so, and its stream runs no other beside it.
/// </summary>
internal sealed class InProcessExecutor(InProcessWorkers workers, WorkerIdentity identity, TimeProvider timeProvider, Func<bool>? isDebugged = null) : IBlockExecutor
{
    private const string HowLeft = "it did not stop when it was asked to, and still runs: a stream in the test's own process cannot end it, and runs no other block";

    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Func<bool> _isDebugged = isDebugged ?? (static () => Debugger.IsAttached);

    /// <summary>The thread that waits for blocks; null before the first. Written under <see cref="_starting"/>.</summary>
    private volatile WorkerChannel? _worker;
    private bool _disposed;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _worker is { Ended.IsCompleted: false } ? Task.CompletedTask : StartAsync(cancellationToken);

    public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        if (specification.WorkCase == BlockSpec.WorkOneofCase.Transfer)
            return await TransferRun.RunAsync(specification, events, timeProvider, LocalTransfer.RunAsync, stop).ConfigureAwait(false);
        var worker = _worker ?? throw new InvalidOperationException("The executor has not been prepared.");
        // Whoever steps through a block takes his time.
        if (_isDebugged())
            specification.TimeLimitMs = 0;
        using var block = new LocalBlock(specification.Id.Ordinal, events, output: null, timeProvider);
        worker.ReceiveWith(block.Receive);
        _ = worker.Ended.ContinueWith(
            (_, state) => ((LocalBlock)state!).ChannelEnded(), block, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        var leftToItself = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopping = new StopSequence(
            TimeSpan.FromMilliseconds(specification.TimeLimitMs),
            EndBudget.AfterAsking(specification),
            timeProvider,
            cause => worker.TrySend(new ToWorker { Cancel = new CancelBlock { Ordinal = specification.Id.Ordinal, Reason = cause.ToString() } }),
            () => leftToItself.TrySetResult(),
            stop);
        block.EnteredTearDown = () => stopping.EnterTearDown(EndBudget.InTearDown(specification));
        if (!worker.TrySend(new ToWorker { Run = new RunBlock { Spec = specification } }))
            block.ChannelEnded();

        await Task.WhenAny(block.Final, leftToItself.Task).ConfigureAwait(false);
        worker.ReceiveWith(null);
        if (!block.Final.IsCompleted)
            return LeftToItself(specification, stopping.Cause);
        var final = await block.Final.ConfigureAwait(false);
        if (final is { PartAbandoned: true })
            return LeftToItself(VerdictReader.Read(final, specification, stopping.Cause));
        return final is { } finished
            ? VerdictReader.Read(finished, specification, stopping.Cause)
            : DeathVerdict.Of(ended: null, specification, stopping.Cause, [], Environment.ProcessId, block.OutputStart is not null);
    }

    /// <summary>Lets the thread end. What its blocks started is the test process's own, and is left alone.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        var worker = _worker;
        _worker = null;
        _starting.Release();
        worker?.TrySend(new ToWorker { Shutdown = new Shutdown() });
        worker?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_worker is { Ended.IsCompleted: false })
                return;
            _worker = await workers.StartAsync(identity, cancellationToken).ConfigureAwait(false);
            _worker.TrySend(new ToWorker
            {
                Welcome = new Welcome { Protocol = WireLimits.Protocol, Run = identity.Run, Collection = identity.Collection, Stream = identity.Stream, Host = identity.Host },
            });
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The same after the tear-down of a block type, one part of which goes on.</summary>
    private static BlockVerdict LeftToItself(BlockVerdict verdict) => verdict with
    {
        Outcome = verdict.Outcome == BlockOutcome.Cancel ? BlockOutcome.Interrupt : verdict.Outcome,
        Message = verdict.Message.Contains(VerdictReader.Ended, StringComparison.Ordinal)
            ? verdict.Message.Replace(VerdictReader.Ended, HowLeft, StringComparison.Ordinal)
            : $"{verdict.Message}; {HowLeft}",
        StreamIsLost = true,
    };

    /// <summary>The verdict on a block that goes on: a failure whoever asked for its end, for it can disturb all that comes.</summary>
    private static BlockVerdict LeftToItself(BlockSpec specification, StopCause cause)
    {
        var verdict = new BlockVerdict
        {
            Outcome = BlockOutcome.Interrupt,
            Reason = OutcomeReason.Stopped,
            Message = $"was asked to stop; {HowLeft}",
            Received = false,
            StreamIsLost = true,
        };
        return cause == StopCause.TimeLimit ? VerdictReader.TimedOut(verdict, specification, HowLeft) : verdict;
    }
}
