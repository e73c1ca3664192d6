using System.Globalization;
using Streams.Remoting;

namespace Streams.Tool;

/// <summary><c>streams clean</c>: removes what Streams keeps on hosts, and says what it was.</summary>
internal static class CleanCommand
{
    public static async Task<int> RunAsync(ToolArguments arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var hosts = arguments.Hosts.Select(StreamHost.Find).ToList();
        var cleanings = hosts.Select(host => CleanAsync(host, arguments, cancellationToken)).ToList();
        var code = ToolProgram.AllIsWell;
        foreach (var cleaning in cleanings)
        {
            var (text, isWell) = await cleaning.ConfigureAwait(false);
            await output.WriteLineAsync(text).ConfigureAwait(false);
            if (!isWell)
                code = ToolProgram.HostHasTrouble;
        }

        return code;
    }

    private static async Task<(string Text, bool IsWell)> CleanAsync(StreamHost host, ToolArguments arguments, CancellationToken cancellationToken)
    {
        if (host.IsLocal)
            return ($"{host}: nothing is kept for streams of this machine", true);
        try
        {
            var stores = await HostCleaning.RunAsync(host.CreateConnector(arguments.Ssh), arguments.Force, new BootstrapOptions(), cancellationToken).ConfigureAwait(false);
            var text = stores.Count == 0 ? $"{host}: nothing is kept there" : string.Join('\n', stores.Select(store => $"{host}: {Describe(store)}"));
            return (text, stores.All(store => store.Agents == 0));
        }
        catch (HostConnectException exception)
        {
            return (exception.Message, false);
        }
    }

    private static string Describe(CleanedStore store) => store.Agents > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{store.Path} stays: {store.Agents} running agent{(store.Agents == 1 ? " uses" : "s use")} it (--force removes it all the same)")
        : $"removed {store.Path} ({Sizes.Text(store.Bytes)})";
}
