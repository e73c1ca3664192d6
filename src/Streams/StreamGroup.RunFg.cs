using System.Runtime.CompilerServices;

namespace Streams;

/// <content>Blocks in the foreground, the same on each stream of the group.</content>
public sealed partial class StreamGroup
{
    /// <summary>Gives each stream of the group the block, and waits until all have run it.</summary>
    /// <param name="block">The block: a lambda or a method. What it captures travels to each worker.</param>
    /// <param name="options">Name, time limit, requirements; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block on all streams.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The results, in the order of the streams; skipped ones among them.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="BlockFailedException">It failed on one or several streams: one exception for all.</exception>
    /// <exception cref="OperationCanceledException">It was stopped on one or several streams.</exception>
    /// <exception cref="InvalidOperationException">One of the streams takes no block, or the caller is a block of one of them.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task<IReadOnlyList<BlockResult>> RunFgAsync(Action<BlockContext> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<BlockResult>> RunFgAsync(Action block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<BlockResult>> RunFgAsync(Func<BlockContext, Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<BlockResult>> RunFgAsync(Func<Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    /// <returns>The values, in the order of the streams.</returns>
    /// <exception cref="BlocksSkippedException">A stream skipped it, and has no value.</exception>
    public Task<IReadOnlyList<T>> RunFgAsync<T>(Func<BlockContext, T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<T>> RunFgAsync<T>(Func<T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<T>> RunFgAsync<T>(Func<BlockContext, Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<T>> RunFgAsync<T>(Func<Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(block, options, file, line), cancellationToken);

    /// <summary>Gives each stream of the group the command line, and waits until all have run it.</summary>
    /// <param name="command">A command line for the streams' <c>sh</c>, or a program and its arguments.</param>
    /// <param name="options">Name, time limit, requirements, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the command on all streams.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Exit codes and outputs, in the order of the streams.</returns>
    /// <exception cref="ArgumentException">The command is empty, holds a NUL, or is one bare word that names no block.</exception>
    /// <exception cref="BlockFailedException">It failed on one or several streams: one exception for all.</exception>
    /// <exception cref="BlocksSkippedException">A stream skipped it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped on one or several streams.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task<IReadOnlyList<BlockResult>> RunFgAsync(string command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(command, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(string, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<CommandResult>> RunFgAsync(ShellCommand command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(command, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(string, BlockOptions?, CancellationToken, string, int)"/>
    public Task<IReadOnlyList<CommandResult>> RunFgAsync(IReadOnlyList<string> command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().RunBg(command, options, file, line), cancellationToken);
}
