using System.Text;
using Streams.Blocks;
using Streams.Blocks.Commands;
using Streams.Processes;

namespace Streams;

/// <summary>
/// A command that runs in the background of a block, with all that it starts. It ends with the block, whatever becomes of
/// that, or when it is disposed of; see <see cref="Keep"/> for one that stays.
/// </summary>
public sealed class RunningCommand : IAsyncDisposable
{
    private readonly CommandProcess _process;
    private readonly CommandOutput _output;
    private readonly LineLog _lines;
    private readonly WorkerMemory _memory;
    private readonly TimeSpan _grace;

    internal RunningCommand(CommandProcess process, CommandOutput output, LineLog lines, WorkerMemory memory, TimeSpan grace)
    {
        (_process, _output, _lines, _memory, _grace) = (process, output, lines, memory, grace);
        StandardInput = new StreamWriter(process.Input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };
        Exited = ExitedAsync();
    }

    /// <summary>The command line.</summary>
    public string Command => _process.Text;

    /// <summary>The id of its first process, which is also that of its process group.</summary>
    public int ProcessId => _process.Identity.ProcessId;

    /// <summary>
    /// What it prints, line by line while it is printed, standard output and standard error as they come; from the first line
    /// on, until it has ended. Can be read as often as one likes. A reader that is far behind (10,000 lines, 4 Mi characters)
    /// finds a line that says how many it has missed.
    /// </summary>
    public IAsyncEnumerable<string> Output => _lines.ReadAsync();

    /// <summary>Its standard input, UTF-8, each write sent at once. Dispose of it to send the end of the input.</summary>
    public StreamWriter StandardInput { get; }

    /// <summary>Completes with its result when it has ended, however it did. Never fails.</summary>
    public Task<CommandResult> Exited { get; }

    /// <summary>
    /// Ends it and all that it started: SIGTERM, and SIGKILL after the grace. Does nothing more than that to one that has ended
    /// by itself: what it has left running is ended.
    /// </summary>
    /// <param name="grace">How long it has after SIGTERM; half of the collection's grace by default. Zero: SIGKILL at once.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="StreamsException">The kernel does not let go of it.</exception>
    public async Task<CommandResult> StopAsync(TimeSpan? grace = null)
    {
        await _process.StopAsync(grace ?? _grace).ConfigureAwait(false);
        if (!_process.Ended.IsCompleted)
            throw new StreamsException($"Command could not be ended, not even by SIGKILL (process {ProcessId}): {PrintableText.CleanLine(Command)}");
        return await Exited.ConfigureAwait(false);
    }

    /// <summary>
    /// Lets it run on after its block, until it is stopped or the stream's worker ends: at the latest with the stream. Later
    /// blocks of the stream find it again where it was put into <see cref="BlockContext.State"/>. What it prints after the end
    /// of its block is in no block's output, only here in <see cref="Output"/>.
    /// </summary>
    /// <remarks>
    /// Everything that it starts stays with it, unless that leaves both its process group and its parents: a daemon that goes to
    /// the background on its own ends with the block as always. Start it in the foreground.
    /// </remarks>
    public void Keep()
    {
        IsKept = true;
        _memory.Keep(this);
    }

    /// <summary>Ends it, as <see cref="StopAsync"/>; a kept one goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsKept)
            return;
        await StopAsync().ConfigureAwait(false);
        try
        {
            await StandardInput.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Something was still to be written, and there is nobody any more to read it.
        }
    }

    internal bool IsKept { get; private set; }

    internal CommandProcess Process => _process;

    /// <summary>Ends it with its block, unless it is kept.</summary>
    internal async Task BlockHasEndedAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        _output.BlockHasEnded();
    }

    private async Task<CommandResult> ExitedAsync()
    {
        await _process.Ended.ConfigureAwait(false);
        return _process.Result();
    }
}
