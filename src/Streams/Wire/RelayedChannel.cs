using System.Net.Sockets;
using System.Threading.Channels;
using Google.Protobuf;

namespace Streams.Wire;

/// <summary>
/// One end of a byte stream that travels in a session: copies between a local stream and the session's messages. Each
/// direction has a window, so that an end that does not read stops its own channel and nothing else.
/// </summary>
internal sealed class RelayedChannel(ulong number, IChannelPeer peer)
{
    private readonly Lock _gate = new();

    /// <summary>Came from the peer and not yet written locally; completed at its end.</summary>
    private readonly Channel<ByteString> _incoming = Channel.CreateUnbounded<ByteString>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Bytes in <see cref="_incoming"/> and being written. Guarded by <see cref="_gate"/>.</summary>
    private long _buffered;

    /// <summary>Bytes that the peer can still take. Guarded by <see cref="_gate"/>.</summary>
    private long _credit = WireLimits.ChannelWindow;

    /// <summary>Completed when credit comes, and replaced. Guarded by <see cref="_gate"/>.</summary>
    private TaskCompletionSource _credited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Copies both ways until both have ended, or one fails; then the local stream is closed.</summary>
    public async Task RunAsync(Stream local, CancellationToken cancellationToken)
    {
        await using var closing = local.ConfigureAwait(false);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(GuardAsync(CopyOutAsync(local, failed.Token), failed), GuardAsync(CopyInAsync(local, failed.Token), failed)).ConfigureAwait(false);
    }

    /// <summary>Data from the peer; may come before the local stream is there. A peer that passes its window ends the channel.</summary>
    public void Receive(ByteString data)
    {
        bool fits;
        lock (_gate)
        {
            _buffered += data.Length;
            fits = _buffered <= WireLimits.ChannelWindow;
        }

        if (fits)
            _incoming.Writer.TryWrite(data);
        else
            _incoming.Writer.TryComplete(new IOException("the peer sent more than its window allows"));
    }

    /// <summary>The peer sends no more.</summary>
    public void ReceiveEnd() => _incoming.Writer.TryComplete();

    /// <summary>The peer can take so many bytes more.</summary>
    public void ReceiveCredit(uint bytes)
    {
        TaskCompletionSource credited;
        lock (_gate)
        {
            _credit = Math.Min(_credit + bytes, WireLimits.ChannelWindow);
            (credited, _credited) = (_credited, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        credited.TrySetResult();
    }

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

    private async Task CopyOutAsync(Stream local, CancellationToken cancellationToken)
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

    private async Task CopyInAsync(Stream local, CancellationToken cancellationToken)
    {
        await foreach (var data in _incoming.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await local.WriteAsync(data.Memory, cancellationToken).ConfigureAwait(false);
            lock (_gate)
                _buffered -= data.Length;
            await peer.SendCreditAsync(number, (uint)data.Length).ConfigureAwait(false);
        }

        if (local is NetworkStream network)
            network.Socket.Shutdown(SocketShutdown.Send);
    }

    private async Task<long> WaitForCreditAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task credited;
            lock (_gate)
            {
                if (_credit > 0)
                    return _credit;
                credited = _credited.Task;
            }

            await credited.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
