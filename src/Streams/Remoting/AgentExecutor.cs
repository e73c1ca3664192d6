using Google.Protobuf;
using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Execution;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>Runs one stream's blocks in a worker on an agent's host; a fresh worker after one has died.</summary>
internal sealed class AgentExecutor(AgentConnection connection, AgentExecutorOptions options) : IBlockExecutor
{
    private static readonly TimeSpan StopSlack = TimeSpan.FromSeconds(15);

    /// <summary>Second net over the agent's own time limit.</summary>
    private static readonly TimeSpan LimitSlack = TimeSpan.FromSeconds(60);

    /// <summary>The stream's queue calls one at a time; stopping may come from elsewhere.</summary>
    private AgentWorker? _worker;
    private int _disposed;

    public AgentConnection Connection => connection;

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (connection.Lost.IsCompleted)
            throw await LostAsync().ConfigureAwait(false);
        var worker = _worker is { IsGone: false } living ? living : await StartAsync().ConfigureAwait(false);
        var answered = await Task.WhenAny(worker.Ready, connection.Lost).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (answered != worker.Ready)
            throw await LostAsync().ConfigureAwait(false);
        var ready = await worker.Ready.ConfigureAwait(false);
        if (ready.Error.Length == 0)
            return;
        Forget(worker);
        throw new StreamsException(AgentVerdicts.DescribeFailedStart(ready, options.Stream, connection.Host));
    }

    /// <inheritdoc/>
    public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        var wasLost = connection.Lost.IsCompleted;
        try
        {
            await PrepareAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return UnstartedVerdict.Stopped();
        }
        catch (StreamsException exception)
        {
            var verdict = UnstartedVerdict.Failed(exception.Message, connection.Lost.IsCompleted);
            return wasLost ? verdict with { Reason = OutcomeReason.StreamLost } : verdict;
        }

        var worker = _worker!;
        var block = new AgentBlock(specification, events);
        if (!worker.TryBegin(block))
            return UnstartedVerdict.Failed($"the worker on {connection.Host} ended before the block was sent to it");
        try
        {
            return await RunAsync(worker, block, specification, stop).ConfigureAwait(false);
        }
        finally
        {
            worker.End(block);
            if (worker.IsGone)
                Forget(worker);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref _worker, null) is not { } worker)
            return;
        if (!worker.IsGone)
        {
            await connection.OrderAsync(new FromController { Stop = new StopRemoteWorker { Worker = worker.Id, GraceMs = (long)grace.TotalMilliseconds } }).ConfigureAwait(false);
            // Bounded: an agent that does not answer is found out by its silence, and ended by its lease.
            await Task.WhenAny(worker.Gone, connection.Lost, Task.Delay(grace + StopSlack, connection.Time)).ConfigureAwait(false);
        }

        connection.Unregister(worker);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task<AgentWorker> StartAsync()
    {
        if (_worker is { } dead)
            Forget(dead);
        var worker = new AgentWorker(connection.NextWorker());
        connection.Register(worker, options.ConnectSync);
        var start = new StartRemoteWorker { Worker = worker.Id, Collection = options.Collection, Stream = options.Stream, Host = connection.Host, SyncToken = options.SyncToken };
        foreach (var (name, value) in options.Environment)
            start.Environment[name] = value;
        _worker = worker;
        await connection.OrderAsync(new FromController { Start = start }).ConfigureAwait(false);
        return worker;
    }

    private async Task<BlockVerdict> RunAsync(AgentWorker worker, AgentBlock block, BlockSpec specification, CancellationToken stop)
    {
        var digest = new Sha256();
        digest.Append(specification.ToByteArray());
        var submit = new SubmitBlock { Worker = worker.Id, Spec = specification, Digest = ByteString.CopyFrom(digest.Finish()) };
        try
        {
            await connection.OrderAsync(new FromController { Submit = submit }).ConfigureAwait(false);
        }
        catch (GrpcException exception) when (exception.Status == GrpcStatusCode.ResourceExhausted)
        {
            return UnstartedVerdict.Failed($"the block cannot be sent to {connection.Host}: {exception.Detail}");
        }

        var cancel = new FromController { Cancel = new CancelRemoteBlock { Worker = worker.Id, Ordinal = specification.Id.Ordinal, Reason = "stopped by the test" } };
        using var stopping = stop.Register(() => _ = connection.OrderAsync(cancel));
        if (!await EndsInTimeAsync(block, specification).ConfigureAwait(false))
            return AgentVerdicts.Overdue(block, connection.Host);
        if (block.Ended.IsCompleted)
            return AgentVerdicts.Of(await block.Ended.ConfigureAwait(false), block, connection.Host, (await worker.Ready.ConfigureAwait(false)).Pid, stop.IsCancellationRequested || connection.IsRebooting || connection.HasRebooted);
        return AgentVerdicts.Lost(await connection.Lost.ConfigureAwait(false), block);
    }

    /// <summary>Waits for the block's end or the connection's. False: the agent lives, but does not keep the block's time limit.</summary>
    private async Task<bool> EndsInTimeAsync(AgentBlock block, BlockSpec specification)
    {
        var limit = specification.TimeLimitMs > 0 && EndBudget.AfterTimeLimit(specification) is { } ending
            ? TimeSpan.FromMilliseconds(specification.TimeLimitMs) + ending + connection.LongestUncertainty + LimitSlack
            : Timeout.InfiniteTimeSpan;
        try
        {
            await Task.WhenAny(block.Ended, connection.Lost).WaitAsync(limit, connection.Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Forget(AgentWorker worker)
    {
        Interlocked.CompareExchange(ref _worker, null, worker);
        connection.Unregister(worker);
    }

    private async Task<HostConnectException> LostAsync() =>
        new(HostFailure.ConnectionClosed, "agent", $"{connection.Host} is lost: {(await connection.Lost.ConfigureAwait(false)).Reason}.");
}
