using System.Buffers;
using Streams.Sync.Protocol;

namespace Streams.Sync.Serving;

/// <summary>
/// Replies on their way to one client. Replies are queued under the server's lock, so in order, and sent outside it by
/// whoever finds nobody sending, at once and without a task of its own as long as the client reads. One that does not is
/// waited for by its own queue alone, and given up when that grows too long.
/// </summary>
internal sealed class SendQueue(Transport transport, Action onBroken, Action onClosing)
{
    private const int ShortChunk = 512;
    private const int Chunk = 16 * 1024;

    private readonly Lock _gate = new();
    private Reply? _first;            // guarded by _gate, as all below; most clients never have more than one
    private Queue<Reply>? _more;
    private int _queuedBytes;
    private bool _isSending;
    private bool _isClosed;

    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return !_isSending && _first is null;
        }
    }

    public void Add(Reply reply)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (_first is null)
                _first = reply;
            else
                (_more ??= new Queue<Reply>()).Enqueue(reply);
            if (!_isSending)
                return;
            _queuedBytes += Weight(reply.Line);
            if (_queuedBytes <= SyncLimits.MaxQueuedLines)
                return;
            _isClosed = true;
        }
        onBroken();
    }

    /// <summary>Sends what is queued, unless that is under way; never waits for the client.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _first is null)
                return;
            _isSending = true;
        }
        try
        {
            if (SendNow(out var unsent))
                _ = SendAllAsync(unsent);   // ends with the connection; failures end it below
        }
        catch (Exception)
        {
            // Whatever the transport threw, this client cannot be reached any more; the others are not concerned.
            onBroken();
        }
    }

    /// <summary>
    /// Sends short lines as long as the client takes them. Returns whether something is left that must be waited for:
    /// <paramref name="unsent"/>, and what is queued.
    /// </summary>
    private bool SendNow(out ReadOnlyMemory<byte> unsent)
    {
        unsent = default;
        Span<byte> buffer = stackalloc byte[ShortChunk];
        while (true)
        {
            int length;
            lock (_gate)
            {
                length = TakeLines(buffer);
                if (length == 0)
                    return _isSending = _first is not null;
            }
            var sent = transport.TrySend(buffer[..length]);
            if (sent == length)
                continue;
            unsent = buffer[sent..length].ToArray();
            return true;
        }
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> unsent)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            if (!unsent.IsEmpty)
                await transport.SendAsync(unsent, CancellationToken.None).ConfigureAwait(false);
            while (Take(buffer, out var length, out var last))
            {
                if (length > 0)
                    await transport.SendAsync(buffer.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
                if (last?.Payload is { } payload)
                    await SendPayloadAsync(payload).ConfigureAwait(false);
                if (last is not { Close: true })
                    continue;
                lock (_gate)
                    _isClosed = true;
                transport.EndSending();
                onClosing();
                return;
            }
        }
        catch (Exception)
        {
            // As above.
            onBroken();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What a queued reply costs, roughly; payloads are shared with the store and do not count.</summary>
    private static int Weight(string line) => 64 + line.Length;

    private async Task SendPayloadAsync(byte[] payload)
    {
        await transport.SendAsync(payload, CancellationToken.None).ConfigureAwait(false);
        await transport.SendAsync("\n"u8.ToArray(), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Formats as many replies as fit, up to one that has a payload or ends the connection.</summary>
    private bool Take(byte[] buffer, out int length, out Reply? last)
    {
        lock (_gate)
        {
            length = TakeLines(buffer);
            last = null;
            if (_first is { } reply && (reply.Payload is not null || reply.Close) && reply.TryWrite(buffer.AsSpan(length), out var written))
            {
                length += written;
                last = Dequeue();
            }
            if (length == 0 && last is null && _first is { } tooLong)
                throw new InvalidOperationException($"a line of {tooLong.Line.Length} characters");
            return _isSending = length > 0 || last is not null;
        }
    }

    /// <summary>Formats queued replies that are a line and nothing else, as many as fit; called under the lock.</summary>
    private int TakeLines(Span<byte> buffer)
    {
        var length = 0;
        while (_first is { Payload: null, Close: false } reply && reply.TryWrite(buffer[length..], out var written))
        {
            length += written;
            Dequeue();
        }
        return length;
    }

    private Reply Dequeue()
    {
        var reply = _first!;
        if (_queuedBytes > 0)
            _queuedBytes = Math.Max(0, _queuedBytes - Weight(reply.Line));
        _first = _more is { Count: > 0 } ? _more.Dequeue() : null;
        return reply;
    }
}
