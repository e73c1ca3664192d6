using System.Net.Sockets;

namespace Streams.Sync.Serving;

/// <summary>The bytes of one connection, whatever carries them.</summary>
internal abstract class Transport
{
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Sends what can be sent at once without waiting for anybody; returns how many bytes that was.</summary>
    public abstract int TrySend(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the sending side, so that what was sent still arrives.</summary>
    public abstract void EndSending();

    /// <summary>Whether the other side is known not to listen any more.</summary>
    public abstract bool IsBroken { get; }

    /// <summary>Whether one side of it can be closed without the other.</summary>
    public abstract bool CanHalfClose { get; }

    public abstract void Close();
}

/// <summary>A connection over a socket.</summary>
internal class SocketTransport : Transport
{
    public SocketTransport(Socket socket)
    {
        Socket = socket;
        socket.Blocking = false;   // for TrySend: Send then reports a client that does not read instead of waiting for it
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
    }

    protected Socket Socket { get; }

    public override bool IsBroken
    {
        get
        {
            try
            {
                return Socket.Poll(0, SelectMode.SelectError);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public override bool CanHalfClose => true;

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    // Completes at once unless the client does not read; then the rest is sent when it does, and nobody waits for it.
    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }

    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        var sent = Socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock or SocketError.IOPending => 0,
            _ => throw new SocketException((int)error),
        };
    }

    public override void EndSending()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }

    public override void Close() => Socket.Dispose();
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

    // A link cannot say whether it would wait.
    public override int TrySend(ReadOnlySpan<byte> bytes) => 0;

    public override void EndSending()
    {
    }

    public override void Close() => stream.Dispose();
}
