using Streams.Blocks;
using Streams.Execution;
using Streams.Results;
using Streams.Scheduling;

namespace Streams;

/// <summary>
/// One stream: a worker on this machine or on another one that runs the blocks that it is given one after another, first in,
/// first out. Streams run side by side. Made by <see cref="StreamCollection.Add(string, string?, StreamOptions?)"/>.
/// </summary>
public sealed partial class ExecutionStream
{
    private readonly StreamCollection _collection;
    private readonly BlockQueue _queue;
    private readonly IBlockExecutor _executor;
    private readonly Lock _gate = new();

    /// <summary>All blocks ever given to this stream, in order. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<BlockRun> _runs = [];

    /// <summary>Set when the author has stopped the stream. Guarded by <see cref="_gate"/>.</summary>
    private bool _isStopped;

    internal ExecutionStream(StreamCollection collection, StreamRecord record, StreamHost host, StreamOptions options, IBlockExecutor executor)
    {
        _collection = collection;
        _executor = executor;
        Record = record;
        Host = host;
        Options = options;
        _queue = new BlockQueue(record.Name, PrepareAsync, executor);
    }

    /// <summary>The stream's name, unique in its collection; its results directory has the same one, made safe.</summary>
    public string Name => Record.Name;

    /// <summary>Where the stream's blocks run.</summary>
    public StreamHost Host { get; }

    /// <summary>The words by which <see cref="StreamCollection.Tagged"/> finds the stream.</summary>
    public IReadOnlyList<string> Tags => Options.Tags;

    /// <summary>Results of the blocks that have finished so far, in the order in which they were given.</summary>
    public IReadOnlyList<BlockResult> Results
    {
        get
        {
            lock (_gate)
                return [.. _runs.Select(run => run.Result).OfType<BlockResult>()];
        }
    }

    /// <summary>Waits until all blocks of this stream have finished.</summary>
    /// <param name="ignoreFailures">True: failures are left to be seen in <see cref="Results"/>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="BlockFailedException">Blocks of this stream failed, and <paramref name="ignoreFailures"/> is false.</exception>
    public Task WaitAsync(bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        OfTest()._collection.WaitForAsync([this], ignoreFailures, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits until all blocks of this stream have finished, but no longer than the limit.</summary>
    /// <param name="limit">How long to wait. The blocks go on after it.</param>
    /// <param name="ignoreFailures">True: failures are left to be seen in <see cref="Results"/>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive, or longer than about 24 days.</exception>
    /// <exception cref="BlockFailedException">Blocks of this stream failed, and <paramref name="ignoreFailures"/> is false.</exception>
    /// <exception cref="WaitLimitException">The limit passed; the message names what still ran.</exception>
    public Task WaitAsync(TimeSpan limit, bool ignoreFailures = false, CancellationToken cancellationToken = default) =>
        OfTest()._collection.WaitForAsync([this], ignoreFailures, StreamCollectionOptions.CheckLimit(limit, nameof(limit)), cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => $"stream '{Name}' ({Host})";

    internal StreamRecord Record { get; }

    internal StreamOptions Options { get; }

    internal IReadOnlyList<BlockRun> Runs
    {
        get
        {
            lock (_gate)
                return [.. _runs];
        }
    }

    /// <summary>Begins to make the stream's place ready, so that hosts connect side by side. Failures are told by the blocks.</summary>
    internal void Prepare(CancellationToken cancellationToken)
    {
        using (FlowSuppression.Begin())
        {
            _ = _executor.PrepareAsync(cancellationToken).ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    internal async Task CloseAsync(BlockVerdict verdict)
    {
        _queue.Close(verdict);
        foreach (var run in Runs.Where(run => run.Result is null))
            run.RequestStop();
        await Task.WhenAll(Runs.Select(run => run.Completion)).ConfigureAwait(false);
        await RestartsAsync().ConfigureAwait(false);
        await _executor.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PrepareAsync(QueuedBlock block)
    {
        await RestartBeforeAsync(block).ConfigureAwait(false);
        await _collection.PrepareAsync(block).ConfigureAwait(false);
        await _executor.PrepareAsync(block.Run.StopToken).ConfigureAwait(false);
    }
}
