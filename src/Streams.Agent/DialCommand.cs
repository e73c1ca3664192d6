using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Streams.Agent;

/// <summary>Joins standard input and output to a running agent's socket, so that a new connection to the host reaches it.</summary>
internal static class DialCommand
{
    public static async Task<int> RunAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            await Console.Error.WriteLineAsync($"no agent answers at {path}: {exception.Message}").ConfigureAwait(false);
            return 3;
        }

        // Blocking copies on threads of their own: the cheapest relay there is. Each direction half-closes by itself.
        var up = new Thread(() => CopyUp(socket)) { IsBackground = true, Name = "to the agent" };
        up.Start();
        var down = new Thread(() => CopyDown(socket)) { Name = "from the agent" };
        down.Start();
        down.Join(); // the agent's end is the end: nobody is left to read what still comes
        return 0;
    }

    private static void CopyUp(Socket socket)
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        try
        {
            for (var count = input.Read(buffer); count > 0; count = input.Read(buffer))
                SendAll(socket, buffer.AsSpan(0, count));
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The agent is gone; the other direction ends by itself.
        }
    }

    private static void CopyDown(Socket socket)
    {
        using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        try
        {
            for (var count = socket.Receive(buffer); count > 0; count = socket.Receive(buffer))
                output.Write(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Nobody reads any more.
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
            data = data[socket.Send(data)..];
    }
}
