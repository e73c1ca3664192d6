using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Scheduling;

namespace Streams;

/// <content>What ends a stream or its worker: its author, its failure policy, or another stream's end.</content>
public sealed partial class ExecutionStream : IStreamRules
{
    /// <summary>Fresh workers that were asked for, until they are there. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<WorkerRestart> _restarts = [];

    /// <summary>True for the stream of a single task: its worker ends with its block.</summary>
    internal bool EndsWithBlock { get; init; }

    /// <summary>True while a block of the stream has no result yet.</summary>
    internal bool IsBusy => Runs.Any(run => run.Phase != BlockPhase.Finished && !run.Block.IsBackground);

    /// <summary>
    /// Stops the stream for good: the running block is asked to stop and ended after the grace, queued ones are
    /// <see cref="BlockOutcome.Cancel"/> at once, and the worker ends with everything that it left. The results stay.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called by a block of this very stream.</exception>
    public async Task StopAsync()
    {
        OfTest("stop its stream");
        lock (_gate)
            _isStopped = true;
        _queue.Close(UnstartedVerdict.Because(OutcomeReason.Stopped, "its stream was stopped"));
        await EndRunsAsync().ConfigureAwait(false);
        if (Options.IsEssential)
            _collection.EndOthers(this, "was stopped");
        await _executor.StopAsync(_collection.Options.Grace).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives the stream a fresh worker: when the blocks that were given so far have run, the worker ends with everything that
    /// it kept, and blocks that are given later run in a new one.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the worker is replaced all the same.</param>
    /// <returns>Completes when the old worker is gone.</returns>
    /// <exception cref="InvalidOperationException">Called by a block of this very stream, or the stream was stopped.</exception>
    public async Task RestartWorkerAsync(CancellationToken cancellationToken = default)
    {
        OfTest("restart its worker");
        var (restart, before) = AddRestart();
        await Task.WhenAll(before.Select(run => run.Completion)).WaitAsync(cancellationToken).ConfigureAwait(false);
        await restart.DoAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
            _restarts.Remove(restart);
    }

    void IStreamRules.Ending(BlockResult result)
    {
        if (result.IsFailure && Options.IsEssential)
            _collection.MarkOthers(this, EndOf(result));
    }

    void IStreamRules.Ended(BlockResult result)
    {
        if (result.IsFailure && Options.FailurePolicy == FailurePolicy.SkipRest)
            _queue.Close(UnstartedVerdict.Because(OutcomeReason.EarlierBlockFailed, $"because {result.Name} failed"));
        if (Options.IsEssential)
        {
            if (result.IsFailure)
                _collection.EndOthers(this, EndOf(result));
            else
                _collection.EndOthersWhenEssentialsAreDone();
        }

        if (EndsWithBlock)
            _ = RestartWorkerAsync();
    }

    /// <summary>Waits for workers that are being replaced: whoever disposes of the place must not meet them there.</summary>
    private async Task RestartsAsync()
    {
        List<WorkerRestart> restarts;
        lock (_gate)
            restarts = [.. _restarts];
        await Task.WhenAll(restarts.Select(restart => restart.DoAsync())).ConfigureAwait(false);
    }

    /// <summary>From now on whatever happens to the stream's blocks happens for this reason.</summary>
    internal void Mark(StopReason reason)
    {
        foreach (var run in Runs.Where(run => run.Phase != BlockPhase.Finished))
            run.MarkStop(reason);
    }

    /// <summary>Ends the stream because of something else: what waits never runs, what runs is stopped.</summary>
    internal void End(StopReason reason)
    {
        Mark(reason);
        _queue.Close(UnstartedVerdict.Because(reason.Reason, reason.Why));
        _ = EndRunsAsync();
    }

    /// <summary>This stream, unless the caller is a block of it, which would wait for itself.</summary>
    internal ExecutionStream OfTest(string what = "run something on its stream and wait for it")
    {
        RunningBlock.ThrowIfOn(_collection.Id, Name, what);
        return this;
    }

    private static string EndOf(BlockResult result) => $"ended: {result.Name} failed";

    private Task<BlockResult[]> EndRunsAsync()
    {
        var running = Runs.Where(run => run.Phase != BlockPhase.Finished).ToList();
        foreach (var run in running)
            run.RequestStop();
        return Task.WhenAll(running.Select(run => run.Completion));
    }

    private (WorkerRestart Restart, IReadOnlyList<BlockRun> Before) AddRestart()
    {
        lock (_gate)
        {
            if (_isStopped)
                throw new InvalidOperationException($"Stream '{Name}' was stopped; add another stream.");
            var restart = new WorkerRestart(_runs.Count, () => _executor.StopAsync(_collection.Options.Grace));
            _restarts.Add(restart);
            return (restart, [.. _runs]);
        }
    }

    /// <summary>Waits for fresh workers that were asked for before this block was given.</summary>
    private async ValueTask RestartBeforeAsync(QueuedBlock block)
    {
        List<WorkerRestart> due;
        lock (_gate)
        {
            if (_restarts.Count == 0)
                return;
            due = _restarts.FindAll(restart => restart.After < block.Ordinal);
        }

        foreach (var restart in due)
            await restart.DoAsync().ConfigureAwait(false);
        lock (_gate)
            _restarts.RemoveAll(due.Contains);
    }
}
