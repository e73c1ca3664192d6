using System.Buffers.Binary;
using Google.Protobuf;

namespace Streams.Wire;

/// <summary>
/// Messages over a byte stream: a 4-byte little-endian length, then so many bytes of one protobuf message. Any thread may
/// write; one reader at a time. The reader is synchronous on purpose: a thread of its own that blocks in read() is the
/// fastest way there is, and the peer's end wakes it.
/// </summary>
internal sealed class FramedStream(Stream stream, int maxFrame = WireLimits.MaxFrame) : IDisposable
{
    private const int Header = 4;

    private readonly Lock _gate = new();

    /// <summary>What was read and not yet parsed lies between <see cref="_start"/> and <see cref="_end"/>. Reader only.</summary>
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Serialised frames are built here, one at a time. Guarded by <see cref="_gate"/>.</summary>
    private byte[] _outgoing = new byte[4 * 1024];

    /// <summary>Writes one message with one system call.</summary>
    /// <exception cref="FrameException">The message is larger than a frame may be. Nothing was written.</exception>
    /// <exception cref="IOException">The peer is gone.</exception>
    public void Write(IMessage message)
    {
        var size = message.CalculateSize();
        if (size > maxFrame)
            throw new FrameException($"a {message.Descriptor.Name} of {size:N0} bytes is larger than a frame may be ({maxFrame:N0})");

        lock (_gate)
        {
            if (_outgoing.Length < size + Header)
                _outgoing = new byte[size + Header];
            BinaryPrimitives.WriteInt32LittleEndian(_outgoing, size);
            message.WriteTo(_outgoing.AsSpan(Header, size));
            stream.Write(_outgoing, 0, size + Header);
            stream.Flush();
            if (_outgoing.Length > 256 * 1024)
                _outgoing = new byte[4 * 1024];
        }
    }

    /// <summary>Reads one message, blocking. Null: the peer closed between two frames.</summary>
    /// <exception cref="FrameException">What came is not a frame of this protocol, or the stream ended inside one.</exception>
    public T? Read<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (!Fill(Header, mayEnd: true))
            return null;
        var size = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        if (size < 0 || size > maxFrame)
            throw new FrameException($"a frame of {(uint)size:N0} bytes was announced; at most {maxFrame:N0} are allowed. The peer does not speak this protocol");
        Fill(Header + size, mayEnd: false);
        try
        {
            var message = parser.ParseFrom(_buffer, _start + Header, size);
            _start += Header + size;
            if (_start == _end)
                Rewind();
            return message;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new FrameException($"a frame of {size:N0} bytes is not a {typeof(T).Name}: {exception.Message}");
        }
    }

    public void Dispose() => stream.Dispose();

    private void Rewind()
    {
        _start = _end = 0;
        if (_buffer.Length > 1024 * 1024)
            _buffer = new byte[16 * 1024];
    }

    /// <summary>Makes so many bytes available at <see cref="_start"/>; false: the stream ended before the first of them.</summary>
    private bool Fill(int wanted, bool mayEnd)
    {
        while (_end - _start < wanted)
        {
            if (_buffer.Length - _start < wanted)
                MakeRoom(wanted);
            var count = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (count == 0)
            {
                if (mayEnd && _end == _start)
                    return false;
                throw new FrameException($"the stream ended inside a frame ({_end - _start} of {wanted} bytes)");
            }

            _end += count;
        }

        return true;
    }

    /// <summary>Grows by doubling and only as bytes really arrive, so that an announced length alone takes no memory.</summary>
    private void MakeRoom(int wanted)
    {
        if (_start == 0 && _end < _buffer.Length)
            return;
        var held = _end - _start;
        var size = Math.Min(Math.Max(held * 2, 64 * 1024), Math.Max(wanted, 64 * 1024));
        var target = size > _buffer.Length ? new byte[size] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, held);
        _buffer = target;
        _start = 0;
        _end = held;
    }
}
