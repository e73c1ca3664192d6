using Streams.Blocks;
using Streams.Blocks.Commands;
using Streams.Wire;

namespace Streams;

public sealed partial class BlockContext
{
    /// <summary>Commands in the background, those that have ended included. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<RunningCommand> _commands = [];

    private volatile bool _dataIsMadeForCommands;

    /// <summary>Set when the block has ended: nothing can be started any more. Guarded by <see cref="_gate"/>.</summary>
    private bool _closed;

    /// <summary>Starts a shell command made from an interpolated string, whose holes are quoted for the shell, in the background.</summary>
    /// <inheritdoc cref="StartAsync(string, Ready?, CancellationToken)"/>
    public Task<RunningCommand> StartAsync(ShellCommand command, Ready? ready = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return StartAsync(CommandText.Shell(command.ToString()), ready, cancellationToken);
    }

    /// <summary>
    /// Starts a command line with <c>sh</c> in the background, and waits until it is ready. It runs in a process group of its own
    /// and ends, with all that it has started, when it is disposed of, at the latest with the block: SIGTERM, then SIGKILL.
    /// What it prints goes to the block's output, too.
    /// </summary>
    /// <param name="command">The command line.</param>
    /// <param name="ready">What is waited for: <see cref="Ready.Listening"/>, for example. Null: only that it was started.</param>
    /// <param name="cancellationToken">Ends the waiting and with it the command, as <see cref="Cancellation"/> does.</param>
    /// <returns>The running command, to be disposed of.</returns>
    /// <exception cref="CommandFailedException">It could not be started, or ended before it was ready.</exception>
    /// <exception cref="CommandNotReadyException">It was not ready in time; it has been ended.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while it was waited for; it has been ended.</exception>
    public Task<RunningCommand> StartAsync(string command, Ready? ready = null, CancellationToken cancellationToken = default) =>
        StartAsync(CommandText.Shell(command), ready, cancellationToken);

    /// <summary>Starts a program with exactly these arguments, without a shell, in the background.</summary>
    /// <inheritdoc cref="StartAsync(string, Ready?, CancellationToken)"/>
    public Task<RunningCommand> StartAsync(IReadOnlyList<string> command, Ready? ready = null, CancellationToken cancellationToken = default) =>
        StartAsync(CommandText.Arguments(command), ready, cancellationToken);

    internal async Task<RunningCommand> StartAsync(CommandLine command, Ready? ready, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Cancellation);
        either.Token.ThrowIfCancellationRequested();
        var sync = await ShareSyncAsync().ConfigureAwait(false);
        MakeDataForCommands();
        var watch = ready?.Begin();
        var lines = new LineLog();
        var output = new CommandOutput(lines);
        RunningCommand running;
        lock (_gate)
        {
            if (_closed)
                throw new InvalidOperationException($"Block {Name} has ended, and can start no command any more: {CommandText.Show(command)}");
            var process = CommandProcess.Start(command, CommandEnvironment.Of(_specification, sync), output, hasInput: true);
            running = new RunningCommand(process, output, lines, _memory, CommandGrace);
            _commands.Add(running);
        }

        if (watch is null)
            return running;
        try
        {
            await watch.WaitAsync(running.Process, lines, _specification.TimeLimitMs > 0 ? RemainingTime() : TimeSpan.MaxValue, either.Token).ConfigureAwait(false);
            return running;
        }
        catch
        {
            await running.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>All at once: each may take its grace.</summary>
    private async Task EndCommandsAsync()
    {
        RunningCommand[] commands;
        lock (_gate)
        {
            _closed = true;
            commands = [.. _commands];
        }

        await Task.WhenAll(commands.Select(EndAsync)).ConfigureAwait(false);

        async Task EndAsync(RunningCommand command)
        {
            try
            {
                await command.BlockHasEndedAsync().ConfigureAwait(false);
            }
            catch (StreamsException exception)
            {
                // Whoever sweeps after the block reports it as a stray.
                Note(exception.Message);
            }
        }
    }

    private DirectoryInfo MakeData() => Directory.CreateDirectory(Path.Combine(_specification.Directory, DataName));

    /// <summary>Commands find their directory made; one that they do not use is removed at the end.</summary>
    private void MakeDataForCommands()
    {
        try
        {
            if (_specification.Directory.Length == 0)
                return;
            _dataIsMadeForCommands = true;
            MakeData();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Note($"The directory for the block's files could not be made: {exception.Message}");
        }
    }

    private void RemoveEmptyData()
    {
        try
        {
            if (_dataIsMadeForCommands && !_ownDataIsUsed)
                Directory.Delete(Path.Combine(_specification.Directory, DataName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Something is in it, as it should be.
        }
    }
}
