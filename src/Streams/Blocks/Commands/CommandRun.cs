using Streams.Wire;

namespace Streams.Blocks.Commands;

/// <summary>Runs one command of a block to its end: what it prints goes to the result and to the block's own output.</summary>
internal sealed class CommandRun(CommandLine command, BlockSpec specification, string? sync, TimeSpan grace)
{
    /// <exception cref="CommandFailedException">The command could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command has ended.</exception>
    public async Task<CommandResult> RunAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var process = CommandProcess.Start(command, CommandEnvironment.Of(specification, sync), new CommandOutput(lines: null), hasInput: !command.StandardInput.IsEmpty);
        _ = FeedAsync(process.Input);
        try
        {
            await process.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            return process.Result();
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(grace).ConfigureAwait(false);
            throw new OperationCanceledException($"The command was ended, for its block was asked to stop: {process.Text}", cancellationToken);
        }
    }

    /// <summary>Not waited for: what a command reads of its input is its own affair, as in a shell.</summary>
    private async Task FeedAsync(Stream input)
    {
        try
        {
            await using (input.ConfigureAwait(false))
            {
                if (!command.StandardInput.IsEmpty)
                    await input.WriteAsync(command.StandardInput.Memory, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The command closed its input, or ended, before it had read everything.
        }
    }
}
