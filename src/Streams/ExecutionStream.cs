using Streams.Blocks;
using Streams.Execution;
using Streams.Results;
using Streams.Scheduling;

namespace Streams;

/// <summary>
/// One stream: a worker on this machine or on another one that runs the blocks that it is given one after another, first in,
/// first out. Streams run side by side. Made by <see cref="StreamCollection.Add(string, string?)"/>.
/// </summary>
public sealed partial class ExecutionStream
{
    private readonly StreamCollection _collection;
    private readonly BlockQueue _queue;
    private readonly IBlockExecutor _executor;
    private readonly Lock _gate = new();

    /// <summary>All blocks ever given to this stream, in order. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<BlockRun> _runs = [];

    internal ExecutionStream(StreamCollection collection, StreamRecord record, StreamHost host, IBlockExecutor executor)
    {
        _collection = collection;
        _executor = executor;
        Record = record;
        Host = host;
        _queue = new BlockQueue(record.Name, PrepareAsync, executor);
    }

    /// <summary>The stream's name, unique in its collection; its results directory has the same one, made safe.</summary>
    public string Name => Record.Name;

    /// <summary>Where the stream's blocks run.</summary>
    public StreamHost Host { get; }

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
        _collection.WaitForAsync([this], ignoreFailures, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => $"stream '{Name}' ({Host})";

    internal StreamRecord Record { get; }

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
        await _executor.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PrepareAsync(QueuedBlock block)
    {
        await _collection.PrepareAsync(block).ConfigureAwait(false);
        await _executor.PrepareAsync(block.Run.StopToken).ConfigureAwait(false);
    }
}
