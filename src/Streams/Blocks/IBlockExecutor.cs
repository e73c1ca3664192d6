using Streams.Wire;

namespace Streams.Blocks;

/// <summary>The place where one stream's blocks run. One caller at a time: the stream's queue.</summary>
internal interface IBlockExecutor : IAsyncDisposable
{
    /// <summary>
    /// Makes the place ready: host connected, worker process started. Called again it answers the same. After the
    /// worker died, the next call starts a fresh one.
    /// </summary>
    /// <exception cref="HostConnectException">The host cannot be reached or prepared.</exception>
    /// <exception cref="StreamsException">The worker cannot be started.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs one block to its verdict. Never throws for what the block does: a dead worker, a lost link and a passed
    /// limit are verdicts. When <paramref name="stop"/> is cancelled the block is asked to stop, and ended with its
    /// worker after the specification's grace.
    /// </summary>
    /// <param name="specification">What to run; the executor fills in what depends on the place.</param>
    /// <param name="events">Told what happens while it happens, in order, from one thread at a time.</param>
    /// <param name="stop">Asks the block to stop.</param>
    Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop);

    /// <summary>Ends the worker, if there is one, and everything that its blocks left.</summary>
    Task StopAsync(TimeSpan grace);
}
