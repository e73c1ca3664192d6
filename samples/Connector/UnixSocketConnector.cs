using System.Net.Sockets;
using Streams;

namespace Connector;

/// <summary>
/// Reaches a place by a Unix socket on which a shell answers, as virtual machine monitors and sandboxes offer one. All that a
/// connector has to do is here: open a duplex byte stream to a shell, and say why it failed.
/// </summary>
public sealed record UnixSocketConnector(string Path) : IHostConnector
{
    public string Host => $"unix:{Path}";

    public async Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
            return new Connection(Host, socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new HostConnectException(HostFailure.ConnectionRefused, "connect", $"host {Host}: {exception.Message}", exception);
        }
    }

    private sealed class Connection(string host, Socket socket) : HostConnection
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);

        public override Stream FromHost => _stream;

        public override Stream ToHost => _stream;

        public override Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken) =>
            Task.FromResult(new HostConnectException(HostFailure.ConnectionClosed, stage, $"host {host}: the socket was closed at the stage '{stage}'"));

        public override ValueTask DisposeAsync() => _stream.DisposeAsync();
    }
}
