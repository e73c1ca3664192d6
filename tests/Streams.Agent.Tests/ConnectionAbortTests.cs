extern alias agent;

using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using agent::Streams.Agent.Transport;

namespace Streams.Agent.Tests;

/// <summary>A link is given up from several sides at once; the agent must outlive that with all that it supervises.</summary>
public sealed class ConnectionAbortTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_connection_can_be_aborted_after_its_end()
    {
        var path = new UnixDomainSocketEndPoint(_directory["agent.sock"]);
        await using var listener = new UnixListener(path);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(path).DefaultTimeout();
        var connection = (await listener.AcceptAsync().AsTask().DefaultTimeout())!;
        var closed = connection.ConnectionClosed;

        await connection.DisposeAsync();
        connection.Abort(new ConnectionAbortedException("nothing came for too long"));

        await Eventually.True(() => closed.IsCancellationRequested);
    }
}
