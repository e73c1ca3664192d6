using System.Buffers;
using System.Text;
using Streams.Sync.Protocol;

namespace Streams.Sync.Serving;

/// <summary>
/// Replies on their way to one client. Replies are queued under the server's lock, so in order, and sent outside it; a
/// client that does not read is waited for by its own queue alone, and given up when that grows too long.
/// </summary>
internal sealed class SendQueue(Transport transport, Action onBroken, Action onClosing)
{
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

    /// <summary>Sends what is queued, unless that is under way.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isSending || _first is null)
                return;
            _isSending = true;
        }
        _ = SendAllAsync();   // ends with the connection; failures end it below
    }

    private async Task SendAllAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (Take(buffer, out var length, out var payload, out var close))
            {
                if (length > 0)
                    await transport.SendAsync(buffer.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
                if (payload is not null)
                    await SendPayloadAsync(payload).ConfigureAwait(false);
                if (!close)
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
            // Whatever the transport threw, this client cannot be reached any more; the others are not concerned.
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
    private bool Take(byte[] buffer, out int length, out byte[]? payload, out bool close)
    {
        length = 0;
        payload = null;
        close = false;
        lock (_gate)
        {
            while (_first is { } reply && !close && payload is null)
            {
                var line = reply.Line;
                if (length + line.Length * 3 + 1 > buffer.Length)
                {
                    if (length == 0)
                        throw new InvalidOperationException($"a line of {line.Length} characters");
                    break;
                }
                if (line.Length > 0)
                {
                    length += Encoding.UTF8.GetBytes(line, buffer.AsSpan(length));
                    buffer[length++] = (byte)'\n';
                }
                _queuedBytes = Math.Max(0, _queuedBytes - Weight(line));
                payload = reply.Payload;
                close = reply.Close;
                _first = _more is { Count: > 0 } ? _more.Dequeue() : null;
            }
            _isSending = length > 0 || payload is not null || close;
            return _isSending;
        }
    }
}
