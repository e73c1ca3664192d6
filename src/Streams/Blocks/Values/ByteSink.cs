using System.Buffers.Binary;
using System.Text;

namespace Streams.Blocks.Values;

/// <summary>A growing, bounded byte buffer with the primitives of a value graph.</summary>
internal sealed class ByteSink
{
    private byte[] _bytes = new byte[64];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Byte(byte value) => Take(1)[0] = value;

    public void Number(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    public void Count(int value) => Number((uint)value);

    public void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Int(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        Raw(bytes);
    }

    /// <summary>UTF-16 as it is: a lone surrogate must survive. One leading byte tells the compact form for ASCII.</summary>
    public void Text(string text)
    {
        if (Ascii.IsValid(text))
        {
            Number((ulong)text.Length << 1);
            Encoding.ASCII.GetBytes(text, Take(text.Length));
            return;
        }

        Number(((ulong)text.Length << 1) | 1);
        var target = Take(checked(text.Length * 2));
        for (var i = 0; i < text.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * i)..], text[i]);
    }

    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
        {
            if (count > Wire.WireLimits.MaxValue - Length)
                throw new ValueTooLargeException();
            Array.Resize(ref _bytes, Math.Max(Length + count, Math.Min(_bytes.Length * 2, Wire.WireLimits.MaxValue)));
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }
}

/// <summary>The graph passed its bound; turned into a refusal with the path by the writer.</summary>
internal sealed class ValueTooLargeException() : StreamsException("The value is larger than 16 MiB");
