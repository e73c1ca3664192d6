using System.Runtime.CompilerServices;
using Streams.Blocks;
using Streams.Blocks.Parameters;
using Streams.Blocks.Travel;
using Streams.Wire;

namespace Streams;

public sealed partial class ExecutionStream
{
    /// <summary>
    /// Gives the stream an instance of a block type to run in the background and returns at once. The instance travels to the
    /// stream's worker with its fields; what cannot travel is refused here, before anything starts.
    /// </summary>
    /// <param name="block">The block. It runs in another process, possibly on another host, as a copy.</param>
    /// <param name="options">Name and limits; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it holds cannot travel.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun RunBg(IBlock block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Queue(SpecificationOf(block, options, file, line), WorkOf(block, null), options, Source(file, line), static queued => new BlockRun(queued));

    /// <inheritdoc cref="RunBg(IBlock, BlockOptions?, string, int)"/>
    /// <typeparam name="T">Type of the block's value, which travels home under the same rules.</typeparam>
    public BlockRun<T> RunBg<T>(IBlock<T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Queue(SpecificationOf(block, options, file, line), WorkOf(block, BlockValues.Reader<T>()), options, Source(file, line), static queued => new BlockRun<T>(queued));

    /// <summary>Gives the stream an instance of a block type and waits until it has run. Blocks that were given before it run first.</summary>
    /// <param name="block">The block. It runs in another process, possibly on another host, as a copy.</param>
    /// <param name="options">Name and limits; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block, as <see cref="BlockRun.StopAsync"/> does; its tear-down runs.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="BlockNotSendableException">The block or something that it holds cannot travel.</exception>
    /// <exception cref="BlockFailedException">The block failed. The stream can still be used unless the message says otherwise.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task RunFgAsync(IBlock block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(IBlock, BlockOptions?, CancellationToken, string, int)"/>
    /// <typeparam name="T">Type of the block's value, which travels home under the same rules.</typeparam>
    /// <returns>The block's value.</returns>
    public Task<T> RunFgAsync<T>(IBlock<T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    private BlockSpec SpecificationOf(IBlock block, BlockOptions? options, string file, int line)
    {
        ArgumentNullException.ThrowIfNull(block);
        var specification = NewSpecification(options, file, line);
        specification.Instance = BlockInstances.Describe(block, file, line);
        return specification;
    }

    private static QueuedWork WorkOf(IBlock block, Func<BlockVerdict, object?>? readValue) => new(BlockNames.Of(block), GivenText.Of(block), readValue);
}
