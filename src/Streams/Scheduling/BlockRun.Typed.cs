using Streams.Scheduling;

namespace Streams;

/// <summary>Handle of a block that returns a value.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed class BlockRun<T> : BlockRun
{
    internal BlockRun(QueuedBlock block)
        : base(block)
    {
    }

    /// <summary>The block's value, once it has passed.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the block.</param>
    /// <exception cref="BlockFailedException">The block did not pass.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled, or the block was stopped.</exception>
    public async Task<T> ValueAsync(CancellationToken cancellationToken = default)
    {
        await Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Block.Value<T>();
    }
}
