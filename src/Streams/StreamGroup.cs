using System.Collections;

namespace Streams;

/// <summary>
/// Streams that are given the same blocks: those with a tag (<see cref="StreamCollection.Tagged"/>) or a slice of the collection
/// (<c>streams[1..]</c>). A group has the streams that were there when it was made.
/// </summary>
public sealed partial class StreamGroup : IReadOnlyList<ExecutionStream>
{
    private readonly StreamCollection _collection;
    private readonly IReadOnlyList<ExecutionStream> _streams;

    internal StreamGroup(StreamCollection collection, IReadOnlyList<ExecutionStream> streams)
    {
        _collection = collection;
        _streams = streams;
    }

    /// <summary>Number of streams.</summary>
    public int Count => _streams.Count;

    /// <summary>The so-manieth stream, counted from 0.</summary>
    public ExecutionStream this[int index] => _streams[index];

    /// <summary>Some of the streams, in their order: <c>group[1..]</c>.</summary>
    public StreamGroup this[Range range] => new(_collection, [.. _streams.Take(range)]);

    /// <summary>Waits until all blocks of these streams have finished.</summary>
    /// <param name="ignoreFailures">True: failures are left to be seen in the streams' results.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="BlockFailedException">Blocks of these streams failed: one exception for all, root cause first.</exception>
    public Task WaitAsync(bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        OfTest()._collection.WaitForAsync(_streams, ignoreFailures, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The same, but no longer than the limit.</summary>
    /// <param name="limit">How long to wait. The blocks go on after it.</param>
    /// <param name="ignoreFailures">True: failures are left to be seen in the streams' results.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive, or longer than about 24 days.</exception>
    /// <exception cref="WaitLimitException">The limit passed; the message names what still ran.</exception>
    /// <exception cref="BlockFailedException">Blocks of these streams failed: one exception for all, root cause first.</exception>
    public Task WaitAsync(TimeSpan limit, bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        OfTest()._collection.WaitForAsync(_streams, ignoreFailures, StreamCollectionOptions.CheckLimit(limit, nameof(limit)), cancellationToken);

    /// <summary>Stops all streams of the group for good, side by side, as <see cref="ExecutionStream.StopAsync"/> does.</summary>
    public Task StopAsync() => Task.WhenAll(OfTest()._streams.Select(stream => stream.StopAsync()));

    /// <inheritdoc/>
    public IEnumerator<ExecutionStream> GetEnumerator() => _streams.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"streams {string.Join(", ", _streams.Select(stream => $"'{stream.Name}'"))}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private StreamGroup OfTest()
    {
        foreach (var stream in _streams)
            stream.OfTest();
        return this;
    }

    private GroupRun On(Func<ExecutionStream, BlockRun> run) => new(Start(run));

    private GroupRun<T> On<T>(Func<ExecutionStream, BlockRun<T>> run) => new(Start(run));

    /// <summary>All or none: a stream that refuses the block takes it back from those that were given it before.</summary>
    private List<TRun> Start<TRun>(Func<ExecutionStream, TRun> run)
        where TRun : BlockRun
    {
        var started = new List<TRun>();
        try
        {
            foreach (var stream in _streams)
                started.Add(run(stream));
            return started;
        }
        catch
        {
            foreach (var given in started)
                given.RequestStop();
            throw;
        }
    }

    private async Task<IReadOnlyList<BlockResult>> ForegroundAsync(GroupRun group, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static state => ((GroupRun)state!).RequestStop(), group);
        var results = await group.Completion.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _collection.ThrowIfFailed(results);
        if (results.FirstOrDefault(result => result.Outcome == BlockOutcome.Cancel) is { } cancelled)
            throw new OperationCanceledException($"Block {cancelled.Name} on stream '{cancelled.Stream}' was not run to its end: {cancelled.Message}");
        return results;
    }

    private async Task<IReadOnlyList<T>> ForegroundAsync<T>(GroupRun<T> group, CancellationToken cancellationToken)
    {
        await ForegroundAsync((GroupRun)group, cancellationToken).ConfigureAwait(false);
        return await group.ValuesAsync(cancellationToken).ConfigureAwait(false);
    }
}
