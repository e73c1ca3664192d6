using System.Runtime.CompilerServices;

namespace Streams;

/// <content>Blocks in the background, the same on each stream of the group.</content>
public sealed partial class StreamGroup
{
    /// <summary>Gives each stream of the group the block to run in the background, and returns at once.</summary>
    /// <param name="block">The block: a lambda or a method. What it captures travels to each worker.</param>
    /// <param name="options">Name, time limit, requirements; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The handles, in the order of the streams.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it captures cannot travel.</exception>
    /// <exception cref="InvalidOperationException">One of the streams takes no block: it was stopped, or runs a background block.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public GroupRun RunBg(Action<BlockContext> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public GroupRun RunBg(Action block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public GroupRun RunBg(Func<BlockContext, Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    public GroupRun RunBg(Func<Task> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(Action{BlockContext}, BlockOptions?, string, int)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    public GroupRun<T> RunBg<T>(Func<BlockContext, T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public GroupRun<T> RunBg<T>(Func<T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public GroupRun<T> RunBg<T>(Func<BlockContext, Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg{T}(Func{BlockContext, T}, BlockOptions?, string, int)"/>
    public GroupRun<T> RunBg<T>(Func<Task<T>> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <summary>Gives each stream of the group the block to run in the background, and returns at once.</summary>
    /// <param name="block">The block; each stream runs a copy of it.</param>
    /// <param name="options">Name, limits, requirements; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The handles, in the order of the streams.</returns>
    /// <exception cref="BlockNotSendableException">The block or something that it holds cannot travel.</exception>
    /// <exception cref="InvalidOperationException">One of the streams takes no block: it was stopped, or runs a background block.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public GroupRun RunBg(IBlock block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <inheritdoc cref="RunBg(IBlock, BlockOptions?, string, int)"/>
    /// <typeparam name="T">Type of the block's value.</typeparam>
    public GroupRun<T> RunBg<T>(IBlock<T> block, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(block, options, file, line));

    /// <summary>Gives each stream of the group the command line to run in the background, and returns at once.</summary>
    /// <param name="command">A command line for the streams' <c>sh</c>, a reference to a block, or a program and its arguments.</param>
    /// <param name="options">Name, time limit, requirements, and whether failure is allowed; defaults otherwise.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The handles, in the order of the streams.</returns>
    /// <exception cref="ArgumentException">The command is empty, holds a NUL, or is one bare word that names no block.</exception>
    /// <exception cref="InvalidOperationException">One of the streams takes no block: it was stopped, or runs a background block.</exception>
    /// <exception cref="ObjectDisposedException">The collection has been disposed.</exception>
    public GroupRun<BlockResult> RunBg(string command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(command, options, file, line));

    /// <inheritdoc cref="RunBg(string, BlockOptions?, string, int)"/>
    public GroupRun<CommandResult> RunBg(ShellCommand command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(command, options, file, line));

    /// <inheritdoc cref="RunBg(string, BlockOptions?, string, int)"/>
    public GroupRun<CommandResult> RunBg(IReadOnlyList<string> command, BlockOptions? options = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        On(stream => stream.RunBg(command, options, file, line));
}
