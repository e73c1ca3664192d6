using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// Runs one stream's blocks in a worker process on this machine. The supervisor starts and ends that process; the worker talks
/// straight to us, so that a warm block costs one message each way.
/// </summary>
internal sealed class LocalExecutor(LocalMachine machine, WorkerIdentity identity, TimeProvider timeProvider) : IBlockExecutor
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _starting = new(1, 1);

    /// <summary>The living worker; null before the first and after a death. Written under <see cref="_starting"/>, taken by who ends it.</summary>
    private volatile LocalWorker? _worker;
    private bool _disposed;
    private bool _sparePrepared;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _worker is { Channel.Ended.IsCompleted: false } ? Task.CompletedTask : StartAsync(cancellationToken);

    public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        if (specification.WorkCase == BlockSpec.WorkOneofCase.Transfer)
            return await TransferRun.RunAsync(specification, events, timeProvider, LocalTransfer.RunAsync, stop).ConfigureAwait(false);
        var worker = _worker ?? throw new InvalidOperationException("The executor has not been prepared.");
        using var block = new LocalBlock(specification.Id.Ordinal, events, worker.Output, timeProvider);
        worker.Channel.ReceiveWith(block.Receive);
        _ = worker.Channel.Ended.ContinueWith(
            (_, state) => ((LocalBlock)state!).ChannelEnded(), block, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        using var stopping = new StopSequence(
            TimeSpan.FromMilliseconds(specification.TimeLimitMs),
            EndBudget.AfterAsking(specification),
            timeProvider,
            cause => worker.Channel.TrySend(new ToWorker { Cancel = new CancelBlock { Ordinal = specification.Id.Ordinal, Reason = cause.ToString() } }),
            () => _ = EndWorkerAsync(worker, TimeSpan.Zero),
            stop);
        block.EnteredTearDown = () => stopping.EnterTearDown(EndBudget.InTearDown(specification));
        if (!worker.Channel.TrySend(new ToWorker { Run = new RunBlock { Spec = specification } }))
            block.ChannelEnded();
        Failpoint.Hit(Failpoints.ControllerBlockSent);

        var finished = await block.Final.ConfigureAwait(false);
        Failpoint.Hit(Failpoints.ControllerFinalReceived);
        worker.Channel.ReceiveWith(null);
        if (!_sparePrepared)
        {
            _sparePrepared = true;
            machine.KeepSpare();
        }

        return finished is null
            ? await ExplainDeathAsync(worker, block, specification, stopping.Cause).ConfigureAwait(false)
            : await CloseAsync(worker, finished, specification, stopping.Cause).ConfigureAwait(false);
    }

    public async Task StopAsync(TimeSpan grace)
    {
        // Let go of first: whoever prepares the next block must not take it for alive until its channel is seen to be closed.
        if (Interlocked.Exchange(ref _worker, null) is not { } worker)
            return;
        worker.Channel.TrySend(new ToWorker { Shutdown = new Shutdown() });
        await EndWorkerAsync(worker, grace).ConfigureAwait(false);
        worker.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        _starting.Release();
        await StopAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_worker is { Channel.Ended.IsCompleted: false })
                return;
            _worker?.Dispose();
            _worker = null;
            _worker = await machine.StartWorkerAsync(identity, StartLimit, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The block said how it ended. What it left behind is ended before anybody hears of it.</summary>
    private async ValueTask<BlockVerdict> CloseAsync(LocalWorker worker, BlockFinished finished, BlockSpec specification, StopCause cause)
    {
        var verdict = VerdictReader.Read(finished, specification, cause);
        worker.LastBlock = specification.Name;
        if (!finished.LeftoversPossible && !finished.PartAbandoned)
            return verdict;
        try
        {
            if (finished.PartAbandoned)
            {
                var ended = await machine.Supervisor.StopAsync(worker.Id, TimeSpan.Zero).ConfigureAwait(false);
                worker.Channel.Dispose();
                await worker.Channel.Ended.ConfigureAwait(false); // else the next block would take the dead worker for alive
                return Strays.Add(verdict, ended.Strays, identity.Host);
            }

            var swept = await machine.Supervisor.SweepAsync(worker.Id, finished.Kept, CancellationToken.None).ConfigureAwait(false);
            Failpoint.Hit(Failpoints.ControllerSwept);
            return Strays.Add(verdict, swept.Strays, identity.Host);
        }
        catch (SupervisorLostException)
        {
            // It took its workers and all that they had left with it; the next block gets a new supervisor and worker.
            return verdict;
        }
    }

    /// <summary>The worker died under the block. Its supervisor knows how; its output may know why.</summary>
    private async Task<BlockVerdict> ExplainDeathAsync(LocalWorker worker, LocalBlock block, BlockSpec specification, StopCause cause)
    {
        WorkerEnded? ended = null;
        var lost = "";
        try
        {
            ended = await EndedAsync(worker).ConfigureAwait(false);
        }
        catch (SupervisorLostException exception)
        {
            lost = exception.Message;
        }

        Failpoint.Hit(Failpoints.ControllerDeathLearnt);
        block.FinishOutput();
        var tail = OutputTail.Read(worker.OutputPath, block.OutputStart ?? 0, DeathVerdict.LinesToDiagnose, untilDeath: true);
        return ended is null
            ? DeathVerdict.OfSupervisor(lost, tail)
            : Strays.Add(DeathVerdict.Of(ended, specification, cause, tail, worker.Hello.Pid, block.OutputStart is not null, worker.LastBlock), ended.Strays, identity.Host);
    }

    /// <summary>A worker whose channel is closed should be gone; one that hangs in its exit is ended.</summary>
    private async Task<WorkerEnded> EndedAsync(LocalWorker worker)
    {
        try
        {
            return await machine.Supervisor.EndedAsync(worker.Id).WaitAsync(ExitLimit, timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return await machine.Supervisor.StopAsync(worker.Id, TimeSpan.Zero).ConfigureAwait(false);
        }
    }

    private async Task EndWorkerAsync(LocalWorker worker, TimeSpan grace)
    {
        try
        {
            await machine.Supervisor.StopAsync(worker.Id, grace).ConfigureAwait(false);
        }
        catch (SupervisorLostException)
        {
            // The supervisor itself is gone, and took its workers with it.
        }

        worker.Channel.Dispose();
        // Else whoever prepares next would take the dead one for alive.
        await worker.Channel.Ended.ConfigureAwait(false);
    }
}
