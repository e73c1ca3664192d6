using Streams.Hosts;
using Streams.Processes;

namespace Streams.Remoting;

/// <summary>
/// Fetches the end of what an agent wrote to its standard error, over a connection of its own: the evidence for an agent
/// that ended before it could say anything.
/// </summary>
internal static class AgentLog
{
    private const int MaxLines = 15;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The last lines, safe to print; none if they cannot be had.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(IHostConnector connector, string path, BootstrapOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var place = await LoginGate.EnterAsync(limit.Token).ConfigureAwait(false);
            var connection = await connector.ConnectAsync(limit.Token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                return await ReadAsync(new HostDialogue(connector.Host, connection, options, place), path, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StreamsException or OperationCanceledException)
        {
            return []; // The failure that is being explained is the one that counts.
        }
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(HostDialogue dialogue, string path, CancellationToken cancellationToken)
    {
        await using var ended = dialogue.ConfigureAwait(false);
        await dialogue.SendAsync(StartScript.Tail(dialogue.Nonce, path, MaxLines), cancellationToken).ConfigureAwait(false);
        var lines = new List<string>();
        while (lines.Count < MaxLines && await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false) is var line && line != "END")
            lines.Add(PrintableText.CleanLine(line.StartsWith("LINE ", StringComparison.Ordinal) ? line[5..] : line));
        return lines;
    }
}
