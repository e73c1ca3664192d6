namespace Streams.Hosts;

/// <summary>What one host calls another.</summary>
internal static class PeerAddress
{
    /// <summary>
    /// A name or address that works on <paramref name="from"/>; empty: unknown. Loopback is only ever given to whoever is on
    /// the same host.
    /// </summary>
    public static string Of(StreamHost host, StreamHost from)
    {
        var isSame = host.IsLocal ? from.IsLocal : !from.IsLocal && host.Port == from.Port && string.Equals(host.Name, from.Name, StringComparison.OrdinalIgnoreCase);
        if (isSame)
            return "localhost";
        return host.IsLocal ? "" : host.Name;
    }
}
