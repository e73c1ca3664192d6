using Streams.Blocks.Verdicts;
using Streams.Owner;

namespace Streams;

/// <content>Waiting for blocks, and what can be asked about them meanwhile.</content>
public sealed partial class StreamCollection
{
    private readonly OwningTest _owner;

    /// <summary>How many wait for the whole collection.</summary>
    private int _waiting;

    /// <summary>
    /// What is known of all blocks now, in the order in which they were given: which have not started, which are final, when each
    /// was last heard of, and what it waits for.
    /// </summary>
    public IReadOnlyList<BlockStatus> Status
    {
        get
        {
            var waits = _parties.Waits();
            return [.. this.SelectMany(stream => stream.Runs).OrderBy(run => run.Block.Specification.Order).Select(run => BlockStatus.Of(run.Block, waits))];
        }
    }

    /// <summary>What is known of one block now.</summary>
    /// <param name="block">The block by stream and name: <c>client/2-NetPerf</c>.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public BlockStatus StatusOf(string block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var all = Status;
        return all.FirstOrDefault(status => $"{status.Stream}/{status.Name}" == block)
            ?? throw new KeyNotFoundException($"There is no block '{block}'; there are: {string.Join(", ", all.Select(status => $"{status.Stream}/{status.Name}"))}.");
    }

    /// <summary>Waits for all blocks of these streams (null: of all), also for those that come meanwhile; then throws what is unseen.</summary>
    internal async Task WaitForAsync(IReadOnlyList<ExecutionStream>? streams, bool ignoreFailures, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (streams is null)
            BeginWaiting();
        try
        {
            await FinishedAsync(streams, limit, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (streams is null)
                EndWaiting();
        }

        // Failures that the author ignores he knows of: disposing does not tell them again.
        var unseen = _failures.TakeUnseen(streams?.Select(stream => stream.Name).ToHashSet());
        if (!ignoreFailures && unseen.Count > 0)
            throw _failures.Exception(unseen);

        if (Volatile.Read(ref _aborted) is { } aborted)
            throw new OperationCanceledException($"{aborted.Why}; what was queued or ran is CANCEL. Results: {ResultsDirectory}");
        if (!ignoreFailures && streams is null)
            ThrowIfAllWereSkipped();
    }

    /// <summary>Throws one exception for the failures among these results, which are thereby told.</summary>
    internal void ThrowIfFailed(IReadOnlyList<BlockResult> results)
    {
        if (results.Where(result => result.IsFailure).ToList() is not { Count: > 0 } failed)
            return;
        _parties.Open();
        throw _failures.Told(failed);
    }

    private void BeginWaiting()
    {
        Interlocked.Increment(ref _waiting);
        EndOthersWhenEssentialsAreDone();
        _parties.Seal();
    }

    private void EndWaiting()
    {
        Interlocked.Decrement(ref _waiting);
        _parties.Open();
    }

    private async Task FinishedAsync(IReadOnlyList<ExecutionStream>? streams, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = Options.TimeProvider.GetTimestamp();
        while (true)
        {
            // A background block ends when its author stops it, which may be after this.
            var unfinished = (streams ?? [.. this]).SelectMany(stream => stream.Runs)
                .Where(run => run.Result is null && (!run.Block.IsBackground || run.StopRequested)).ToList();
            if (unfinished.Count == 0)
                return;
            var left = limit == Timeout.InfiniteTimeSpan ? limit : limit - Options.TimeProvider.GetElapsedTime(began);
            try
            {
                if (limit != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
                    throw new TimeoutException();
                await Task.WhenAll(unfinished.Select(run => run.Completion)).WaitAsync(left, Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw LimitReached(unfinished, limit);
            }
        }
    }

    private WaitLimitException LimitReached(IReadOnlyList<BlockRun> unfinished, TimeSpan limit)
    {
        var waits = _parties.Waits();
        var status = unfinished.Where(run => run.Result is null).Select(run => BlockStatus.Of(run.Block, waits)).ToList();
        return new WaitLimitException($"After {Durations.InWords(limit)} these had not finished, and go on:\n  {string.Join("\n  ", status)}\n  results: {ResultsDirectory}", status);
    }

    private void ThrowIfAllWereSkipped()
    {
        var results = this.SelectMany(stream => stream.Results).ToList();
        if (results.Count == 0 || results.Exists(result => result.Outcome != BlockOutcome.Skip))
            return;
        var exception = TestSkip.Exception(_owner.Source, BlocksSkippedException.Text(results));
        if (exception is not null)
            throw exception;
        _record.Note("all-skipped", $"every block was skipped, and {_owner.Source} cannot skip a test that runs: it passes. {results[0].Message}", Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    /// <summary>A skipped block has no value to go on with: the test is skipped where that can be, else it fails with the reason.</summary>
    private Exception Skipped(BlockResult result)
    {
        var text = BlocksSkippedException.Text([result]);
        return TestSkip.Exception(_owner.Source, text) ?? new BlocksSkippedException(text);
    }
}
