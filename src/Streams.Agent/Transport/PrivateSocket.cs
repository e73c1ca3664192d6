using System.Net.Sockets;

namespace Streams.Agent.Transport;

/// <summary>Unix sockets that only this user can open.</summary>
internal static class PrivateSocket
{
    /// <summary>Listens at this path, which must lie in a directory that is private already: the mode is set after the bind.</summary>
    public static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(64);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
