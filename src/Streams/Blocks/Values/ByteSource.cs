using System.Buffers.Binary;
using System.Text;

namespace Streams.Blocks.Values;

/// <summary>Reads the primitives of a value graph; each length is checked against what is there before memory is taken.</summary>
internal sealed class ByteSource(ReadOnlyMemory<byte> bytes)
{
    public int Position { get; set; }

    public int Remaining => bytes.Length - Position;

    public byte Byte() => Take(1)[0];

    public ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new ValueFormatException($"a number at byte {Position} does not end");
    }

    /// <summary>A count of things of which each takes at least one byte of what remains.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)Remaining ? (int)count : throw new ValueFormatException($"{count:N0} things are announced at byte {Position}, but only {Remaining:N0} bytes follow");
    }

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public ReadOnlySpan<byte> Bytes() => Take(Count());

    public string Text()
    {
        var head = Number();
        var length = head >> 1;
        if (length > (ulong)Remaining)
            throw new ValueFormatException($"a text of {length:N0} characters is announced at byte {Position}, but only {Remaining:N0} bytes follow");
        if ((head & 1) == 0)
            return Encoding.Latin1.GetString(Take((int)length));
        var source = Take(checked((int)length * 2));
        var characters = new char[(int)length];
        for (var i = 0; i < characters.Length; i++)
            characters[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]);
        return new string(characters);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            throw new ValueFormatException($"{count:N0} bytes are needed at byte {Position}, but only {Remaining:N0} follow");
        var span = bytes.Span.Slice(Position, count);
        Position += count;
        return span;
    }
}
