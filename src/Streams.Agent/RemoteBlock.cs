using System.Globalization;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>One block from its submission to its end, whatever the worker does.</summary>
internal sealed class RemoteBlock(AgentContext agent, RemoteWorker worker, BlockSpec spec, string key)
{
    /// <summary>How often output is looked for: a file that others append to tells nobody.</summary>
    private static readonly TimeSpan OutputInterval = TimeSpan.FromMilliseconds(50);

    private const int MostNested = 1000;

    private readonly TaskCompletionSource<long> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The worker's final message, or null when it is gone without one.</summary>
    private readonly TaskCompletionSource<BlockFinished?> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _tearDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _cancelled;
    private volatile bool _timedOut;
    private WorkerEnded? _workerEnded;

    public uint Ordinal => spec.Id.Ordinal;

    public bool IsStarted => _started.Task.IsCompleted;

    public bool IsEnded => _ended.Task.IsCompleted;

    public void HasStarted(long outputOffset) => _started.TrySetResult(Math.Max(0, outputOffset));

    /// <summary>The block is over but for its tear-down, which has a budget of its own.</summary>
    public void EnteredTearDown() => _tearDown.TrySetResult();

    public void HasFinished(BlockFinished finished) => _finished.TrySetResult(finished);

    /// <summary>The worker is gone; completes when the block's end has been told.</summary>
    public Task WorkerIsGoneAsync(WorkerEnded ended)
    {
        Volatile.Write(ref _workerEnded, ended);
        _finished.TrySetResult(null);
        return _ended.Task;
    }

    /// <summary>Asks the block to stop, and ends its worker after the grace.</summary>
    public void Cancel(string reason)
    {
        if (Interlocked.Exchange(ref _cancelled, 1) == 0)
            _ = CancelAsync(reason);
    }

    /// <summary>Runs the block in its worker; never throws. Tells its end when all that belongs to it has been sent.</summary>
    /// <returns>The sequence of the event that tells its end.</returns>
    public async Task<ulong> RunAsync()
    {
        spec.Directory = worker.BlockDirectory(Ordinal);
        if (spec.Sync is not null)
        {
            spec.Sync.Address = worker.SyncAddress;
            if (spec.Sync.Token.Length == 0)
                spec.Sync.Token = worker.SyncToken;
        }

        agent.Journal.Started(key, worker.ProcessId);
        worker.Send(new ToWorker { Run = new RunBlock { Spec = spec } });
        var limit = spec.TimeLimitMs > 0 ? LimitAsync(TimeSpan.FromMilliseconds(spec.TimeLimitMs)) : Task.CompletedTask;
        if (spec.Instance is not null)
            _ = WatchTearDownAsync();
        var output = SendOutputAsync();
        var finished = await _finished.Task.ConfigureAwait(false);
        await limit.ConfigureAwait(false);
        if (finished is { PartAbandoned: true })
            Volatile.Write(ref _workerEnded, await agent.Supervisor.StopAsync(worker.Id, TimeSpan.Zero).ConfigureAwait(false));

        var ended = new BlockEnded { Worker = worker.Id, Id = spec.Id, Finished = finished, TimedOut = _timedOut };
        try
        {
            await CollectAsync(ended, output).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The verdict must not be lost over an output file or a directory that cannot be read.
            await Console.Error.WriteLineAsync($"collecting what {key} left failed: {exception}").ConfigureAwait(false);
        }

        ended.WorkerEnded = Volatile.Read(ref _workerEnded);
        worker.End(this);
        agent.Journal.Ended(key, ended);
        var told = new AgentEvent { Ended = ended };
        worker.Publish(told);
        _ended.TrySetResult();
        FileTree.Remove(spec.Directory); // what a leftover holds on to goes with the run directory
        return told.Sequence;
    }

    /// <summary>Sweeps, then sends the rest of the output and the files, in this order: leftovers may still write.</summary>
    private async Task CollectAsync(BlockEnded ended, Task output)
    {
        if (ended.Finished is { LeftoversPossible: true, PartAbandoned: false } finished && !worker.IsGone)
        {
            var swept = await agent.Supervisor.SweepAsync(worker.Id, finished.Kept, CancellationToken.None).ConfigureAwait(false);
            ended.Strays.Add(swept.Strays);
        }

        await output.ConfigureAwait(false);
        if (ended.Finished is null)
            ended.OutputTail = BlockOutputReader.ReadEnd(worker.OutputPath, _started.Task.IsCompletedSuccessfully ? await _started.Task.ConfigureAwait(false) : 0);
        var files = new BlockFiles(worker.Id, Ordinal, file => SendBulkAsync(new AgentEvent { File = file }));
        await files.SendAsync(Path.Combine(spec.Directory, "data")).ConfigureAwait(false);
        await SendNestedAsync().ConfigureAwait(false);
    }

    /// <summary>The results of the collections that the block itself made: "streams", "streams~2", ...</summary>
    private async Task SendNestedAsync()
    {
        var files = new BlockFiles(worker.Id, Ordinal, file => SendBulkAsync(new AgentEvent { File = file }), nested: true);
        for (var number = 1; number <= MostNested; number++)
        {
            var name = number == 1 ? "streams" : string.Create(CultureInfo.InvariantCulture, $"streams~{number}");
            if (!await files.SendAsync(Path.Combine(spec.Directory, name), name + "/").ConfigureAwait(false))
                return;
        }
    }

    private async Task SendOutputAsync()
    {
        var begun = await Task.WhenAny(_started.Task, _finished.Task).ConfigureAwait(false);
        if (begun != _started.Task && !_started.Task.IsCompleted)
            return;
        using var tail = new BlockOutputReader(worker.OutputPath, await _started.Task.ConfigureAwait(false), SendAsync);
        while (!_finished.Task.IsCompleted)
        {
            await tail.SendAsync(atEnd: false).ConfigureAwait(false);
            await Task.WhenAny(_finished.Task, Task.Delay(OutputInterval, agent.Time)).ConfigureAwait(false);
        }

        var finished = await _finished.Task.ConfigureAwait(false);
        await tail.SendAsync(finished?.OutputOffset ?? long.MaxValue, atEnd: true).ConfigureAwait(false);

        ValueTask SendAsync(BlockOutput output)
        {
            output.Worker = worker.Id;
            output.Ordinal = Ordinal;
            return SendBulkAsync(new AgentEvent { Output = output });
        }
    }

    private async ValueTask SendBulkAsync(AgentEvent bulk)
    {
        await agent.Events.WaitForRoomAsync(CancellationToken.None).ConfigureAwait(false);
        worker.Publish(bulk);
    }

    private async Task LimitAsync(TimeSpan limit)
    {
        if (!await ElapsedAsync(limit).ConfigureAwait(false) || _tearDown.Task.IsCompleted)
            return;
        _timedOut = true;
        Cancel($"its time limit of {limit.TotalSeconds:0.###} s has passed");
    }

    private async Task CancelAsync(string reason)
    {
        worker.Send(new ToWorker { Cancel = new CancelBlock { Ordinal = Ordinal, Reason = reason } });
        if (await ElapsedAsync(EndBudget.AfterAsking(spec)).ConfigureAwait(false) && !_tearDown.Task.IsCompleted)
            await agent.Supervisor.StopAsync(worker.Id, TimeSpan.Zero).ConfigureAwait(false);
    }

    /// <summary>The second net over a tear-down; its worker keeps the limit itself.</summary>
    private async Task WatchTearDownAsync()
    {
        await Task.WhenAny(_tearDown.Task, _finished.Task).ConfigureAwait(false);
        if (_finished.Task.IsCompleted || EndBudget.InTearDown(spec) is var budget && budget == Timeout.InfiniteTimeSpan)
            return;
        if (!await ElapsedAsync(budget).ConfigureAwait(false))
            return;
        _timedOut = true;
        await agent.Supervisor.StopAsync(worker.Id, TimeSpan.Zero).ConfigureAwait(false);
    }

    /// <summary>True after this time; false if the block is over before.</summary>
    private async Task<bool> ElapsedAsync(TimeSpan time)
    {
        try
        {
            await _finished.Task.WaitAsync(time, agent.Time).ConfigureAwait(false);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}
