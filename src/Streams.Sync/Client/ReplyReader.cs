using System.Text;
using Streams.Sync.Protocol;

namespace Streams.Sync.Client;

/// <summary>Reads the server's lines and payloads, keeping limits: the server is not trusted with the client's memory.</summary>
internal sealed class ReplyReader(Stream stream)
{
    private byte[] _buffer = new byte[1024];
    private int _start;
    private int _end;

    /// <summary>The next reply, or null at the end.</summary>
    public async ValueTask<Reply?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is not { } line)
            return null;
        var (reply, length) = ReplyParser.Parse(line);
        if (length < 0)
            return reply;
        var payload = await ReadPayloadAsync(length, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            DataReply data => data with { Data = payload },
            ValueReply value => value with { Value = payload },
            ItemReply item => item with { Value = payload },
            _ => reply,
        };
    }

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }
            if (_end - _start > 4 * SyncLimits.MaxLine)
                throw new FormatException("a line without end");
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                return null;
        }
    }

    private async ValueTask<byte[]> ReadPayloadAsync(int length, CancellationToken cancellationToken)
    {
        var payload = new byte[length];
        var have = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, have).CopyTo(payload);
        _start += have;
        await stream.ReadExactlyAsync(payload.AsMemory(have), cancellationToken).ConfigureAwait(false);
        if (await ReadLineAsync(cancellationToken).ConfigureAwait(false) is not "")
            throw new FormatException($"{length} bytes are not followed by a line end");
        return payload;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
