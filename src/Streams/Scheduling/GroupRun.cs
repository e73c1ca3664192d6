using System.Collections;

namespace Streams;

/// <summary>Handles of one block that was given to several streams, in the order of the streams.</summary>
public class GroupRun : IReadOnlyList<BlockRun>
{
    private readonly IReadOnlyList<BlockRun> _runs;

    internal GroupRun(IReadOnlyList<BlockRun> runs)
    {
        _runs = runs;
        Completion = Task.WhenAll(runs.Select(run => run.Completion)).ContinueWith(
            static all => (IReadOnlyList<BlockResult>)all.Result, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Number of streams.</summary>
    public int Count => _runs.Count;

    /// <summary>The handle on the so-manieth stream, counted from 0.</summary>
    public BlockRun this[int index] => _runs[index];

    /// <summary>The handle on the stream with this name.</summary>
    /// <exception cref="KeyNotFoundException">The group has no such stream.</exception>
    public BlockRun this[string stream] => _runs.FirstOrDefault(run => run.Stream == stream)
        ?? throw new KeyNotFoundException($"No stream of the group is named '{stream}'; there are: {string.Join(", ", _runs.Select(run => run.Stream))}.");

    /// <summary>Completes with all results, in the order of the streams, when the block has finished everywhere. It never fails.</summary>
    public Task<IReadOnlyList<BlockResult>> Completion { get; }

    /// <summary>Stops the block on all streams, as <see cref="BlockRun.StopAsync"/> does.</summary>
    /// <returns>The results.</returns>
    public Task<IReadOnlyList<BlockResult>> StopAsync()
    {
        RequestStop();
        return Completion;
    }

    /// <inheritdoc/>
    public IEnumerator<BlockRun> GetEnumerator() => _runs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void RequestStop()
    {
        foreach (var run in _runs)
            run.RequestStop();
    }
}
