using System.Runtime.CompilerServices;

namespace Streams;

/// <content>Blocks that run until they are stopped.</content>
public sealed partial class ExecutionStream
{
    /// <summary>
    /// Starts a block that runs beside the test until it is stopped, such as a stress. If it ends before that, even by itself and
    /// without an error, it is a failure at once. The stream takes no other block meanwhile, and waiting for the collection does
    /// not wait for it.
    /// </summary>
    /// <param name="block">The block: a lambda or a method that runs until its <see cref="BlockContext.Cancellation"/>.</param>
    /// <param name="options">Name, time limit and requirements; without a time limit of its own it has none.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block; disposing stops it.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="InvalidOperationException">The stream was stopped, or runs a background block already.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BackgroundBlock Background(Func<BlockContext, Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(block, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(Func{BlockContext, Task}, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(IBlock block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(block, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(Func{BlockContext, Task}, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(Action<BlockContext> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(block, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(Func{BlockContext, Task}, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(Func<Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(block, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(Func{BlockContext, Task}, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(Action block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(block, ForBackground(options), file, line));

    /// <summary>Starts a command that runs beside the test until it is stopped.</summary>
    /// <param name="command">A command line for the stream's <c>sh</c>.</param>
    /// <param name="options">Name, time limit and requirements; without a time limit of its own it has none.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The block; disposing stops it.</returns>
    /// <exception cref="ArgumentException">The command is empty, holds a NUL, or is one bare word.</exception>
    /// <exception cref="InvalidOperationException">The stream was stopped, or runs a background block already.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public BackgroundBlock Background(string command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(command, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(string, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(ShellCommand command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(command, ForBackground(options), file, line));

    /// <inheritdoc cref="Background(string, BlockOptions?, string, int)"/>
    public BackgroundBlock Background(IReadOnlyList<string> command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        new(RunBg(command, ForBackground(options), file, line));

    /// <summary>It runs as long as the test needs it, which has limits of its own.</summary>
    private BlockOptions ForBackground(BlockOptions? options) => (options ?? new BlockOptions()) with
    {
        IsBackground = true,
        TimeLimit = options?.TimeLimit ?? Options.TimeLimit ?? Timeout.InfiniteTimeSpan,
    };
}
