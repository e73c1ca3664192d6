namespace Streams;

/// <summary>Runs block types on their own, as the ordinary code of an ordinary test.</summary>
public static class BlockExtensions
{
    /// <summary>
    /// Runs the block here, in the test's own process and without any stream: set-up, run and tear-down of this very instance. It
    /// is alone: a barrier of one party passes at once, and one of more fails at once and says so. Values and topics work as ever.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="log">Where its log lines go, usually <c>output.WriteLine</c>; null: nowhere.</param>
    /// <param name="options">Name, limits and parameters; requirements of a host are not looked at.</param>
    /// <param name="cancellationToken">Asks the block to stop; its tear-down runs.</param>
    /// <exception cref="Exception">Whatever the block threw, as it is.</exception>
    /// <exception cref="AggregateException">The block failed, and so did its tear-down: both, the block's first.</exception>
    /// <exception cref="TimeoutException">The block ran into a limit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Task RunAloneAsync(this IBlock block, Action<string>? log = null, BlockOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        return new AloneRun(block, log, options ?? new BlockOptions()).RunAsync(block.RunAsync, cancellationToken);
    }

    /// <inheritdoc cref="RunAloneAsync(IBlock, Action{string}?, BlockOptions?, CancellationToken)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    /// <returns>The block's value.</returns>
    public static async Task<T> RunAloneAsync<T>(this IBlock<T> block, Action<string>? log = null, BlockOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        T value = default!;
        await new AloneRun(block, log, options ?? new BlockOptions()).RunAsync(async context => value = await block.RunAsync(context).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return value;
    }
}
