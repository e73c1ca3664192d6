using Streams.Processes;

namespace Streams.Hosts;

/// <summary>Names that stand for hosts, from the environment variable STREAMS_HOSTS: <c>server=root@db1,client=web2</c>.</summary>
internal sealed class HostMap
{
    public const string Variable = "STREAMS_HOSTS";

    private readonly Dictionary<string, StreamHost> _hosts = new(StringComparer.Ordinal);

    private HostMap()
    {
    }

    public static HostMap FromEnvironment() => Parse(Environment.GetEnvironmentVariable(Variable) ?? "");

    /// <exception cref="FormatException">An entry is not NAME=HOST, or a name comes twice.</exception>
    public static HostMap Parse(string text)
    {
        var map = new HostMap();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || parts[0].Length == 0)
                throw Wrong(entry, "it must read NAME=HOST");
            if (!StreamHostParser.TryParse(parts[1], out var host, out var error))
                throw Wrong(entry, error);
            if (!map._hosts.TryAdd(parts[0], host))
                throw Wrong(entry, $"the name '{PrintableText.CleanLine(parts[0])}' has a host already");
        }

        return map;
    }

    public StreamHost? Find(string name) => _hosts.GetValueOrDefault(name);

    private static FormatException Wrong(string entry, string why) =>
        new($"{Variable} has the entry '{StreamHostParser.Shown(entry)}': {why}. It reads like server=root@db1,client=web2.");
}
