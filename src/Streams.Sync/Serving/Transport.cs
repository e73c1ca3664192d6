using System.Net.Sockets;

namespace Streams.Sync.Serving;

/// <summary>The bytes of one connection, whatever carries them.</summary>
internal abstract class Transport
{
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Ends the sending side, so that what was sent still arrives.</summary>
    public abstract void EndSending();

    /// <summary>Whether the other side is known not to listen any more.</summary>
    public abstract bool IsBroken { get; }

    /// <summary>Whether one side of it can be closed without the other.</summary>
    public abstract bool CanHalfClose { get; }

    public abstract void Close();
}

/// <summary>A connection over a socket.</summary>
internal sealed class SocketTransport(Socket socket) : Transport
{
    public override bool IsBroken
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectError);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public override bool CanHalfClose => true;

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    // Completes at once unless the client does not read; then the rest is sent when it does, and nobody waits for it.
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }

    public override void EndSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }

    public override void Close() => socket.Dispose();
}

/// <summary>A connection over a link of the embedding program.</summary>
internal sealed class StreamTransport(Stream stream) : Transport
{
    public override bool IsBroken => false;

    public override bool CanHalfClose => false;

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void EndSending()
    {
    }

    public override void Close() => stream.Dispose();
}
