using System.Runtime.CompilerServices;
using Streams.Blocks;
using Streams.Scheduling;

namespace Streams;

public sealed partial class ExecutionStream
{
    /// <summary>
    /// Gives the stream a block to run in the background and returns at once. What the block captures travels to the stream's
    /// worker; a capture that cannot travel is refused here, before anything starts.
    /// </summary>
    /// <param name="block">The block: a lambda or a method. It runs in another process, possibly on another host.</param>
    /// <param name="options">Name and time limit; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun RunBg(Action<BlockContext> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall(block, options, file, line);

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(Action block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall(block, options, file, line);

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(Func<BlockContext, Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall(block, options, file, line);

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public BlockRun RunBg(Func<Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall(block, options, file, line);

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    /// <typeparam name="T">Type of the block's value, which travels home under the same rules as captures.</typeparam>
    public BlockRun<T> RunBg<T>(Func<BlockContext, T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall<T>(block, options, file, line);

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(Func<T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall<T>(block, options, file, line);

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(Func<BlockContext, Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall<T>(block, options, file, line);

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public BlockRun<T> RunBg<T>(Func<Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCall<T>(block, options, file, line);

    /// <summary>Gives the stream an interpolated command line, whose holes are quoted for the shell, to run in the background.</summary>
    /// <remarks>An exit code other than 0 fails the block unless <see cref="BlockOptions.AllowFailure"/> is set.</remarks>
    /// <param name="command">The command line, an interpolated string: each hole becomes one quoted word, <c>{x:raw}</c> is put in as it is.</param>
    /// <param name="options">Name, time limit, input, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block's handle.</returns>
    /// <exception cref="ArgumentException">The command is empty or holds a NUL.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BlockRun<CommandResult> RunBg(ShellCommand command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCommand(CommandText.Shell(command.ToString()), options, file, line);

    /// <summary>Gives the stream a program and its arguments, without any shell, to run in the background.</summary>
    /// <inheritdoc cref="RunBg(ShellCommand, BlockOptions?, string, int)"/>
    /// <param name="command">The program, and its arguments as they are.</param>
    /// <param name="options">Name, time limit, input, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public BlockRun<CommandResult> RunBg(IReadOnlyList<string> command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        QueueCommand(CommandText.Arguments(command), options, file, line);

    /// <summary>
    /// Gives the stream a block and waits until it has run. Blocks that were given before it run first.
    /// </summary>
    /// <param name="block">The block: a lambda or a method. It runs in another process, possibly on another host.</param>
    /// <param name="options">Name and time limit; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block, as <see cref="BlockRun.StopAsync"/> does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="BlockFailedException">The block failed. The stream can still be used unless the message says otherwise.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task RunFgAsync(Action<BlockContext> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(Action block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(Func<BlockContext, Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    public Task RunFgAsync(Func<Task> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync(Action{BlockContext}, BlockOptions?, CancellationToken, string, int)"/>
    /// <typeparam name="T">Type of the block's value, which travels home under the same rules as captures.</typeparam>
    /// <returns>The block's value.</returns>
    public Task<T> RunFgAsync<T>(Func<BlockContext, T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall<T>(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(Func<T> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall<T>(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(Func<BlockContext, Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall<T>(block, options, file, line), cancellationToken);

    /// <inheritdoc cref="RunFgAsync{T}(Func{BlockContext, T}, BlockOptions?, CancellationToken, string, int)"/>
    public Task<T> RunFgAsync<T>(Func<Task<T>> block, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCall<T>(block, options, file, line), cancellationToken);

    /// <summary>Gives the stream an interpolated command line, whose holes are quoted for the shell, and waits until it has run.</summary>
    /// <param name="command">The command line, an interpolated string: each hole becomes one quoted word, <c>{x:raw}</c> is put in as it is.</param>
    /// <param name="options">Name, time limit, input, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block, as <see cref="BlockRun.StopAsync"/> does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>Exit code and output.</returns>
    /// <exception cref="ArgumentException">The command is empty or holds a NUL.</exception>
    /// <exception cref="BlockFailedException">The command failed, and failure is not allowed.</exception>
    /// <exception cref="OperationCanceledException">The block was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public Task<CommandResult> RunFgAsync(ShellCommand command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCommand(CommandText.Shell(command.ToString()), options, file, line), cancellationToken);

    /// <summary>Gives the stream a program and its arguments, without any shell, and waits until it has run.</summary>
    /// <inheritdoc cref="RunFgAsync(ShellCommand, BlockOptions?, CancellationToken, string, int)"/>
    /// <param name="command">The program, and its arguments as they are.</param>
    /// <param name="options">Name, time limit, input, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="cancellationToken">Stops the block, as <see cref="BlockRun.StopAsync"/> does.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public Task<CommandResult> RunFgAsync(IReadOnlyList<string> command, BlockOptions? options = null, CancellationToken cancellationToken = default, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ForegroundAsync(OfTest().QueueCommand(CommandText.Arguments(command), options, file, line), cancellationToken);
}
