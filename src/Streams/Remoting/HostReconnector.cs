using Streams.Hosts;
using Streams.Processes;

namespace Streams.Remoting;

/// <summary>
/// Reaches a running agent over a new connection of the same connector. The agent left a line of sh beside its log for that
/// (DialScript); all that this knows of the host is where.
/// </summary>
internal sealed class HostReconnector(IHostConnector connector, string agentLog, BootstrapOptions options) : IAgentReconnector
{
    private const string LogName = "agent.log";

    // The mark is hexadecimal and the path is quoted. What follows the compound command is not read ahead: nothing is sent
    // before its last line came.
    private const string Script =
        """
        {
        echo
        mark=STREAMS-@NONCE@ boot=
        [ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot </proc/sys/kernel/random/boot_id
        printf '%s BOOT %s\n' "$mark" "$boot"
        if [ -f @DIAL@ ]; then . @DIAL@; else printf '%s BUSY %s\n' "$mark" 'the way to it is gone'; fi
        exit 0
        }

        """;

    private string DialPath => agentLog.EndsWith(LogName, StringComparison.Ordinal) ? agentLog[..^LogName.Length] + "dial" : agentLog + ".dial";

    public async Task<string> LastWordsAsync(CancellationToken cancellationToken) =>
        string.Join('\n', await AgentLog.ReadAsync(connector, agentLog, options, cancellationToken).ConfigureAwait(false));

    public async Task<Reconnection> ReconnectAsync(CancellationToken cancellationToken)
    {
        using var place = await LoginGate.EnterAsync(cancellationToken).ConfigureAwait(false);
        var connection = await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        Reconnection? found = null;
        try
        {
            var dialogue = new HostDialogue(connector.Host, connection, options, place);
            await using (dialogue.ConfigureAwait(false))
                found = await FindAgentAsync(dialogue, cancellationToken).ConfigureAwait(false);
            return found;
        }
        finally
        {
            // Its process may take seconds to end, and nobody needs to wait for that.
            if (found?.Connection is null)
                _ = connection.DisposeAsync().AsTask();
        }
    }

    private async Task<Reconnection> FindAgentAsync(HostDialogue dialogue, CancellationToken cancellationToken)
    {
        var script = Script.Replace("@NONCE@", dialogue.Nonce, StringComparison.Ordinal).Replace("@DIAL@", Quote(DialPath), StringComparison.Ordinal);
        await dialogue.SendAsync(script, cancellationToken).ConfigureAwait(false);
        var boot = "";
        while (true)
        {
            var line = await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false);
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            var rest = blank < 0 ? "" : PrintableText.CleanLine(line[(blank + 1)..]);
            switch (blank < 0 ? line : line[..blank])
            {
                case "BOOT":
                    boot = rest;
                    break;
                case "DIALED":
                    return new Reconnection(boot, dialogue.TakeConnection());
                case "GONE":
                    return new Reconnection(boot, null, rest, IsGone: true);
                default:
                    return new Reconnection(boot, null, rest);
            }
        }
    }

    private static string Quote(string path) => ShellQuoting.Quote(path);
}
