using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streams.Blocks.Values;

/// <summary>A value type without references, in its own encoding.</summary>
internal sealed class ScalarCodec<T>(Action<ByteSink, T> write, Func<ByteSource, T> read) : InlineCodec(typeof(T))
    where T : struct
{
    public override bool IsPlain => true;

    public override void WriteInline(GraphWriter writer, object? value) => write(writer.Out, (T)value!);

    public override object ReadInline(GraphReader reader) => read(reader.In);
}

/// <summary>A primitive whose every bit pattern is a value: also copied in bulk, as an array.</summary>
internal sealed class BitsCodec<T>() : InlineCodec(typeof(T)), IBulkCodec
    where T : unmanaged
{
    public override bool IsPlain => true;

    public override void WriteInline(GraphWriter writer, object? value) =>
        MemoryMarshal.Write(writer.Out.Take(Unsafe.SizeOf<T>()), (T)value!);

    public override object ReadInline(GraphReader reader) => MemoryMarshal.Read<T>(reader.In.Take(Unsafe.SizeOf<T>()));

    public void WriteAll(GraphWriter writer, Array array) => writer.Out.Raw(BytesOf(array));

    public void ReadAll(GraphReader reader, Array array)
    {
        var target = BytesOf(array);
        reader.In.Take(target.Length).CopyTo(target);
    }

    private static Span<byte> BytesOf(Array array) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), checked(array.Length * Unsafe.SizeOf<T>()));
}

/// <summary>Whole arrays at once.</summary>
internal interface IBulkCodec
{
    void WriteAll(GraphWriter writer, Array array);

    void ReadAll(GraphReader reader, Array array);
}

/// <summary>An enumeration, as its number.</summary>
internal sealed class EnumCodec(Type type, InlineCodec number) : InlineCodec(type)
{
    public override bool IsPlain => true;

    public override void WriteInline(GraphWriter writer, object? value) =>
        number.WriteInline(writer, Convert.ChangeType(value, number.Type, System.Globalization.CultureInfo.InvariantCulture));

    public override object ReadInline(GraphReader reader) => Enum.ToObject(Type, number.ReadInline(reader)!);
}

/// <summary>T?: a flag, then the value.</summary>
internal sealed class NullableCodec(Type type, InlineCodec underlying) : InlineCodec(type)
{
    public override bool IsPlain => underlying.IsPlain;

    public override void WriteInline(GraphWriter writer, object? value)
    {
        writer.Out.Byte(value is null ? (byte)0 : (byte)1);
        if (value is not null)
            underlying.WriteInline(writer, value);
    }

    public override object? ReadInline(GraphReader reader) => reader.In.Byte() == 0 ? null : underlying.ReadInline(reader);
}

/// <summary>An immutable (or content-only) reference type without references of its own: all of it is in the head.</summary>
internal sealed class LeafCodec<T>(Action<ByteSink, T> write, Func<ByteSource, T> read) : Codec(typeof(T))
    where T : class
{
    public override bool IsPlain => true;

    public override void WriteHead(GraphWriter writer, object value) => write(writer.Heads, (T)value);

    public override object Create(GraphReader reader) => read(reader.In);
}

/// <summary>A captured <see cref="System.Type"/>.</summary>
internal sealed class TypeCodec() : Codec(typeof(Type))
{
    public override bool IsPlain => true;

    public override void WriteHead(GraphWriter writer, object value)
    {
        if (TypeIdentities.WhyNot((Type)value) is { } reason)
            throw writer.Refuse((Type)value, reason);
        writer.Heads.Count(writer.TypeIndex((Type)value));
    }

    public override object Create(GraphReader reader) => reader.TypeAt(reader.In.Count());
}
