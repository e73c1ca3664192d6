using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Streams.Sync.Tests;

/// <summary>Types lines at a server and reads what it says, byte for byte.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly List<byte> _buffer = [];

    private RawClient(Socket socket) => _socket = socket;

    public static async Task<RawClient> ConnectAsync(string address)
    {
        var isUnix = address.StartsWith("unix:", StringComparison.Ordinal);
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(isUnix ? new UnixDomainSocketEndPoint(address[5..]) : IPEndPoint.Parse(address[4..])).DefaultTimeout();
        return new RawClient(socket);
    }

    /// <summary>Connects, and greets; both answers are read.</summary>
    public static async Task<RawClient> GreetAsync(SyncServer server, string party, string more = "")
    {
        var client = await ConnectAsync(server.Address);
        await client.ReadLineAsync();
        await client.SendAsync($"HELLO 1 {party} token={server.Token}{more}\n");
        Assert.StartsWith($"OK HELLO {party}", await client.ReadLineAsync());
        return client;
    }

    public async Task SendAsync(string latin1) => await SendAsync(Encoding.Latin1.GetBytes(latin1));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent)).AsTask().DefaultTimeout();
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next line, or null when the server closed.</summary>
    public async Task<string?> ReadLineAsync()
    {
        var chunk = new byte[4096];
        while (true)
        {
            var end = _buffer.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString([.. _buffer[..end]]);
                _buffer.RemoveRange(0, end + 1);
                return line;
            }
            try
            {
                var read = await _socket.ReceiveAsync(chunk.AsMemory()).AsTask().DefaultTimeout();
                if (read == 0)
                    return null;
                _buffer.AddRange(chunk[..read]);
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
