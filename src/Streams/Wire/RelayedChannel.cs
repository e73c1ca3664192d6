using Google.Protobuf;

namespace Streams.Wire;

/// <summary>
/// One end of a byte stream that travels in a session: copies between a local stream and the session's messages. Each
/// direction has a window, so that an end that does not read stops its own channel and nothing else.
/// </summary>
internal sealed class RelayedChannel(ulong number, Stream local, IChannelPeer peer) : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Came from the peer and not yet written locally; null marks its end. Guarded by <see cref="_gate"/>.</summary>
    private readonly Queue<ByteString?> _incoming = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _credited = new(0);

    /// <summary>Bytes in <see cref="_incoming"/> and being written. Guarded by <see cref="_gate"/>.</summary>
    private long _buffered;

    /// <summary>Bytes that the peer can still take. Guarded by <see cref="_gate"/>.</summary>
    private long _credit = WireLimits.ChannelWindow;

    /// <summary>Copies both ways until both have ended, or one fails; then the local stream is closed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAll(GuardAsync(CopyOutAsync(failed.Token), failed), GuardAsync(CopyInAsync(failed.Token), failed)).ConfigureAwait(false);
        }
        finally
        {
            await local.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Data from the peer. False: the peer has passed its window, and the channel must be closed.</summary>
    public bool TryReceive(ByteString data)
    {
        lock (_gate)
        {
            _buffered += data.Length;
            if (_buffered > WireLimits.ChannelWindow)
                return false;
            _incoming.Enqueue(data);
        }

        _arrived.Release();
        return true;
    }

    /// <summary>The peer sends no more.</summary>
    public void ReceiveEnd()
    {
        lock (_gate)
            _incoming.Enqueue(null);
        _arrived.Release();
    }

    /// <summary>The peer can take so many bytes more.</summary>
    public void ReceiveCredit(uint bytes)
    {
        lock (_gate)
            _credit = Math.Min(_credit + bytes, WireLimits.ChannelWindow);
        _credited.Release();
    }

    public void Dispose() => local.Dispose();

    private static async Task GuardAsync(Task copying, CancellationTokenSource failed)
    {
        try
        {
            await copying.ConfigureAwait(false);
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false); // one direction without the other is of no use
            throw;
        }
    }

    private async Task CopyOutAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var room = await WaitForCreditAsync(cancellationToken).ConfigureAwait(false);
            int count;
            try
            {
                count = await local.ReadAsync(buffer.AsMemory(0, (int)Math.Min(room, buffer.Length)), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                count = 0; // a reset is an end, for the other side
            }

            if (count == 0)
                break;
            lock (_gate)
                _credit -= count;
            await peer.SendDataAsync(number, ByteString.CopyFrom(buffer, 0, count)).ConfigureAwait(false);
        }

        await peer.SendEndAsync(number).ConfigureAwait(false);
    }

    private async Task CopyInAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
            ByteString? data;
            lock (_gate)
                data = _incoming.Dequeue();
            if (data is null)
                break;
            await local.WriteAsync(data.Memory, cancellationToken).ConfigureAwait(false);
            lock (_gate)
                _buffered -= data.Length;
            await peer.SendCreditAsync(number, (uint)data.Length).ConfigureAwait(false);
        }

        if (local is System.Net.Sockets.NetworkStream network)
            network.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
    }

    private async Task<long> WaitForCreditAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_credit > 0)
                    return _credit;
            }

            await _credited.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
