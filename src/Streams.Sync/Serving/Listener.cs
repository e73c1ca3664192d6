using System.Net;
using System.Net.Sockets;

namespace Streams.Sync.Serving;

/// <summary>Opens the socket to listen on: loopback only, or a Unix domain socket that only its owner may use.</summary>
internal static class Listener
{
    private const int Backlog = 4096;

    public static (Socket Socket, string Address) Open(string? unixSocketPath, int port)
    {
        if (unixSocketPath is null)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen(Backlog);
                return (socket, $"tcp:127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
            }
            catch (SocketException e)
            {
                socket.Dispose();
                throw new SyncException($"Cannot listen on 127.0.0.1:{port}: {e.Message}. Try {nameof(SyncServerOptions.Port)} = 0 for any free one.", e);
            }
        }
        return (OpenUnix(unixSocketPath), $"unix:{unixSocketPath}");
    }

    /// <summary>Takes the file of a Unix socket away, if somebody has not done so already.</summary>
    public static void Remove(string address)
    {
        if (!address.StartsWith("unix:", StringComparison.Ordinal))
            return;
        try
        {
            File.Delete(address["unix:".Length..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its whole directory is gone, or is not ours any more: nothing of ours is left there.
        }
    }

    private static Socket OpenUnix(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IOException)
        {
            socket.Dispose();
            throw new SyncException($"Cannot listen on {path}: {e.Message}. The path must be free, shorter than 108 bytes, and in a directory of yours.", e);
        }
    }
}
