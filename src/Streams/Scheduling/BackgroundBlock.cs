namespace Streams;

/// <summary>
/// A block that runs beside the test until it is stopped, such as a stress: its end before that is a failure, whatever it is, and
/// is told at once to those who wait at barriers. Its stop by its author is none. Disposing stops it.
/// </summary>
public sealed class BackgroundBlock : IAsyncDisposable
{
    private readonly CancellationTokenSource _endedEarly = new();

    internal BackgroundBlock(BlockRun run)
    {
        Run = run;
        _ = WatchAsync();
    }

    /// <summary>The block's handle.</summary>
    public BlockRun Run { get; }

    /// <summary>Cancelled when the block ends before it was stopped: for work that is pointless without it.</summary>
    public CancellationToken EndedEarly => _endedEarly.Token;

    /// <summary>Stops the block and waits for its end, as <see cref="BlockRun.StopAsync"/> does.</summary>
    /// <returns>The block's result.</returns>
    public Task<BlockResult> StopAsync() => Run.StopAsync();

    /// <summary>Stops the block. Throws nothing: a failure of the block is told by <see cref="StreamCollection.WaitAsync(bool, CancellationToken)"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _endedEarly.Dispose();
    }

    private async Task WatchAsync()
    {
        var result = await Run.Completion.ConfigureAwait(false);
        if (!result.IsFailure)
            return;
        try
        {
            await _endedEarly.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The author has stopped it in the same moment, and asks no more.
        }
        catch (AggregateException)
        {
            // What the author has registered threw; it has no caller here.
        }
    }
}
