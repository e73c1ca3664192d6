using System.Runtime.CompilerServices;

namespace Streams;

/// <content>Single tasks: a place and a block, each in a stream of its own.</content>
public sealed partial class StreamCollection
{
    /// <summary>
    /// Runs one block in the background in a stream of its own, named after its host: the worker ends with the block. For
    /// several blocks in one place, or in an order, add a stream.
    /// </summary>
    /// <param name="where">The host, as for <see cref="Add(string, string?, StreamOptions?)"/>.</param>
    /// <param name="block">The block: a lambda or a method.</param>
    /// <param name="options">Name, time limit, requirements; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle, which names the stream.</returns>
    /// <exception cref="FormatException">The host is not a valid host.</exception>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun RunBg(string where, Action<BlockContext> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(string, Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(string where, Action block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(string, Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(string where, Func<BlockContext, Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(string, Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(string where, Func<Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(string, Action{BlockContext}, BlockOptions?, string, int)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    public BlockRun<T> RunBg<T>(string where, Func<BlockContext, T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(string, Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(string where, Func<T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(string, Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(string where, Func<BlockContext, Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(string, Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(string where, Func<Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(block, options, file, line));

    /// <summary>Runs one command in the background in a stream of its own, whose worker ends with it.</summary>
    /// <param name="where">The host, as for <see cref="Add(string, string?, StreamOptions?)"/>.</param>
    /// <param name="command">A command line for the host's <c>sh</c>, a reference to a block, or a program and its arguments.</param>
    /// <param name="options">Name, time limit, requirements, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle, which names the stream.</returns>
    /// <exception cref="FormatException">The host is not a valid host.</exception>
    /// <exception cref="ArgumentException">The command is empty, holds a NUL, or is one bare word that names no block.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun<BlockResult> RunBg(string where, string command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(command, options, file, line));

    /// <inheritdoc cref="RunBg(string, string, BlockOptions?, string, int)"/>
    public BlockRun<CommandResult> RunBg(string where, ShellCommand command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(command, options, file, line));

    /// <inheritdoc cref="RunBg(string, string, BlockOptions?, string, int)"/>
    public BlockRun<CommandResult> RunBg(string where, IReadOnlyList<string> command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunBg(command, options, file, line));

    /// <summary>Runs one block in a stream of its own, and waits until it has run.</summary>
    /// <param name="where">The host, as for <see cref="Add(string, string?, StreamOptions?)"/>.</param>
    /// <param name="block">The block: a lambda or a method.</param>
    /// <param name="options">Name, time limit, requirements; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="FormatException">The host is not a valid host.</exception>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="BlockFailedException">The block failed.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task RunFgAsync(string where, Action<BlockContext> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(string where, Action block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(string where, Func<BlockContext, Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(string where, Func<Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    /// <returns>The block's value.</returns>
    public Task<T> RunFgAsync<T>(string where, Func<BlockContext, T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync{T}(string, Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(string where, Func<T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync{T}(string, Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(string where, Func<BlockContext, Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync{T}(string, Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(string where, Func<Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(block, options, cancellationToken, file, line));

    /// <summary>Runs one command in a stream of its own, and waits until it has run.</summary>
    /// <param name="where">The host, as for <see cref="Add(string, string?, StreamOptions?)"/>.</param>
    /// <param name="command">A command line for the host's <c>sh</c>, a reference to a block, or a program and its arguments.</param>
    /// <param name="options">Name, time limit, requirements, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the command.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Exit code and output.</returns>
    /// <exception cref="FormatException">The host is not a valid host.</exception>
    /// <exception cref="ArgumentException">The command is empty, holds a NUL, or is one bare word that names no block.</exception>
    /// <exception cref="BlockFailedException">The command failed, and failure is not allowed.</exception>
    /// <exception cref="OperationCanceledException">The command was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task<BlockResult> RunFgAsync(string where, string command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(command, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, string, BlockOptions?, CancellationToken, string, int)"/>
    public Task<CommandResult> RunFgAsync(string where, ShellCommand command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(command, options, cancellationToken, file, line));

    /// <inheritdoc cref="RunFgAsync(string, string, BlockOptions?, CancellationToken, string, int)"/>
    public Task<CommandResult> RunFgAsync(string where, IReadOnlyList<string> command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Single(where, stream => stream.RunFgAsync(command, options, cancellationToken, file, line));

    /// <summary>Adds a stream for one task. A task that is refused leaves none.</summary>
    private T Single<T>(string where, Func<ExecutionStream, T> run)
    {
        var stream = AddCore(StreamHost.Find(where, out var isNamed), name: null, options: null, endsWithBlock: true, isNamed ? where : null);
        try
        {
            return run(stream);
        }
        catch
        {
            lock (_gate)
                _streams.Remove(stream);
            throw;
        }
    }
}
