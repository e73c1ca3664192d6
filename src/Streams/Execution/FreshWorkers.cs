using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>Gives a block that wants it a worker of its own: the one before is ended for it, and its own after it.</summary>
internal sealed class FreshWorkers(IBlockExecutor inner) : IBlockExecutor
{
    /// <summary>A worker between two blocks has nothing to finish.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Whether a block has run in the present worker. Of the stream's queue alone.</summary>
    private bool _isUsed;

    public Task PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

    public async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        if (!specification.FreshProcess)
        {
            _isUsed = true;
            return await inner.RunAsync(specification, events, stop).ConfigureAwait(false);
        }

        if (_isUsed && await RenewAsync(stop).ConfigureAwait(false) is { } failed)
            return failed;
        var verdict = await inner.RunAsync(specification, events, stop).ConfigureAwait(false);
        await inner.StopAsync(Grace).ConfigureAwait(false);
        _isUsed = false;
        return verdict;
    }

    public Task StopAsync(TimeSpan grace) => inner.StopAsync(grace);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<BlockVerdict?> RenewAsync(CancellationToken stop)
    {
        try
        {
            await inner.StopAsync(Grace).ConfigureAwait(false);
            await inner.PrepareAsync(stop).ConfigureAwait(false);
            _isUsed = false;
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return UnstartedVerdict.Stopped();
        }
        catch (StreamsException exception)
        {
            return UnstartedVerdict.Failed(exception.Message, streamIsLost: true);
        }
    }
}
