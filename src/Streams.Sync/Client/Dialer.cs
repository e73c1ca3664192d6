using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Streams.Sync.Client;

/// <summary>Opens the byte stream to an address of the form <c>tcp:host:port</c> or <c>unix:/path</c>.</summary>
internal static class Dialer
{
    /// <summary>Checks an address when it can still be blamed on the caller.</summary>
    public static void Check(string address) => Parse(address);

    public static async ValueTask<Stream> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        var endPoint = Parse(address);
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static EndPoint Parse(string address)
    {
        if (address.StartsWith("unix:/", StringComparison.Ordinal))
            return new UnixDomainSocketEndPoint(address["unix:".Length..]);
        var colon = address.LastIndexOf(':');
        if (address.StartsWith("tcp:", StringComparison.Ordinal) && colon > 4
            && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535)
        {
            var host = address[4..colon].Trim('[', ']');
            return IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        }
        throw new ArgumentException($"'{address}' is not an address: tcp:127.0.0.1:4711 or unix:/path", nameof(address));
    }
}
