using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Streams.Agent.Transport;

/// <summary>Accepts connections on a Unix socket that only this user can open.</summary>
internal sealed class UnixListener : IConnectionListener
{
    private readonly Socket _socket;

    public UnixListener(UnixDomainSocketEndPoint endPoint)
    {
        EndPoint = endPoint;
        _socket = PrivateSocket.Listen(endPoint.ToString());
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return new SocketConnection(await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return null; // unbound
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>One accepted connection.</summary>
    private sealed class SocketConnection : AbortableConnection
    {
        private readonly NetworkStream _stream;

        public SocketConnection(Socket socket)
            : base("agent.sock")
        {
            _stream = new NetworkStream(socket, ownsSocket: true);
            Transport = new PipePair(PipeReader.Create(_stream), PipeWriter.Create(_stream));
        }

        protected override void Close() => _stream.Dispose();

        public override async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
