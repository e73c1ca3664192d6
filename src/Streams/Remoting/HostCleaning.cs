using System.Globalization;
using Streams.Hosts;
using Streams.Processes;

namespace Streams.Remoting;

/// <summary>Removes what Streams keeps on a host for the account that logs in.</summary>
internal static class HostCleaning
{
    /// <summary>What was removed, and what was not because agents use it.</summary>
    /// <exception cref="HostConnectException">It did not work; the message says why.</exception>
    public static async Task<IReadOnlyList<CleanedStore>> RunAsync(IHostConnector connector, bool force, BootstrapOptions options, CancellationToken cancellationToken)
    {
        using var place = await LoginGate.EnterAsync(cancellationToken).ConfigureAwait(false);
        var connection = await connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var dialogue = new HostDialogue(connector.Host, connection, options, place);
        await using var ending = dialogue.ConfigureAwait(false);
        await dialogue.SendAsync(StartScript.Clean(dialogue.Nonce, force, options), cancellationToken).ConfigureAwait(false);
        var stores = new List<CleanedStore>();
        while (true)
        {
            var words = PrintableText.CleanLine(await dialogue.ReadAsync(cancellationToken).ConfigureAwait(false)).Split(' ', 3);
            if (words[0] == "END")
                return stores;
            if (words is [var word, var number, var path] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                stores.Add(word == "BUSY" ? new CleanedStore(path, 0, (int)count) : new CleanedStore(path, count * 1024, 0));
        }
    }
}

/// <summary>A store that was found.</summary>
/// <param name="Path">Its directory.</param>
/// <param name="Bytes">How much was removed; 0 if it stays.</param>
/// <param name="Agents">How many living agents it was left for.</param>
internal sealed record CleanedStore(string Path, long Bytes, int Agents);
