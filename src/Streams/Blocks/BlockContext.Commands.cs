using System.Globalization;
using Streams.Blocks.Commands;
using Streams.Sync;
using Streams.Wire;

namespace Streams;

public sealed partial class BlockContext
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    /// <summary>Runs a shell command made from an interpolated string; its holes are quoted for the shell.</summary>
    /// <inheritdoc cref="RunAsync(string, bool, CommandInput?, CancellationToken)"/>
    public Task<CommandResult> RunAsync(ShellCommand command, bool allowFailure = false, CommandInput? input = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return RunAsync(new CommandLine { Shell = command.ToString(), StandardInput = Bytes(input) }, allowFailure, cancellationToken);
    }

    /// <summary>
    /// Runs a command line with <c>sh</c> and waits for its end. What it prints goes to the result and to the block's output.
    /// It ends with the block at the latest; on cancellation it gets SIGTERM, and SIGKILL after the block's grace.
    /// </summary>
    /// <param name="command">The command line.</param>
    /// <param name="allowFailure">True: an exit code other than 0 is a result like any other.</param>
    /// <param name="input">What it reads from its standard input, a text or bytes; nothing by default.</param>
    /// <param name="cancellationToken">Ends the command, as <see cref="Cancellation"/> does.</param>
    /// <exception cref="CommandFailedException">It could not be started or, unless <paramref name="allowFailure"/>, it failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command has ended.</exception>
    public Task<CommandResult> RunAsync(string command, bool allowFailure = false, CommandInput? input = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(command);
        return RunAsync(new CommandLine { Shell = new ShellCommand(command).ToString(), StandardInput = Bytes(input) }, allowFailure, cancellationToken);
    }

    /// <summary>Runs a program with exactly these arguments, without a shell.</summary>
    /// <inheritdoc cref="RunAsync(string, bool, CommandInput?, CancellationToken)"/>
    public Task<CommandResult> RunAsync(IReadOnlyList<string> command, bool allowFailure = false, CommandInput? input = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Count == 0 || command[0].Length == 0)
            throw new ArgumentException("A command needs at least the program's name.", nameof(command));
        return RunAsync(new CommandLine { Arguments = { command }, StandardInput = Bytes(input) }, allowFailure, cancellationToken);
    }

    internal async Task<CommandResult> RunAsync(CommandLine command, bool allowFailure, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Cancellation);
        var sync = await ShareSyncAsync().ConfigureAwait(false);
        MakeDataForCommands();
        var result = await new CommandRun(command, _specification, sync, CommandGrace).RunAsync(either.Token).ConfigureAwait(false);
        return result.ExitCode == 0 || allowFailure ? result : throw new CommandFailedException(result);
    }

    /// <summary>Half of the block's: whoever ends it has to be told in time.</summary>
    private TimeSpan CommandGrace => _specification.GraceMs > 0 ? TimeSpan.FromMilliseconds(_specification.GraceMs / 2) : DefaultGrace;

    private static Google.Protobuf.ByteString Bytes(CommandInput? input) => input?.Bytes ?? Google.Protobuf.ByteString.Empty;

    /// <summary>
    /// Opens, with the block's first command, the private socket at which commands reach the sync server as parties of their
    /// own; they learn neither its address nor its token.
    /// </summary>
    /// <returns>What commands get as STREAMS_SYNC; null where there is no server or no place for a socket.</returns>
    private async Task<string?> ShareSyncAsync()
    {
        if (_channel.PrivateDirectory is not { } directory || _specification.Sync is not { Address.Length: > 0 } endpoint)
            return null;
        Task<SyncRelay> relay;
        lock (_gate)
        {
            if (_relay is null)
            {
                // Said before the socket is there, so that nobody can come who is not expected.
                _channel.SharesSync();
                _relay = SyncRelay.StartAsync(new SyncRelayOptions
                {
                    UnixSocketPath = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Ordinal}.sync")),
                    Address = endpoint.Address,
                    Token = endpoint.Token,
                    Party = endpoint.Party,
                });
            }

            relay = _relay;
        }

        return (await relay.ConfigureAwait(false)).Address;
    }
}
