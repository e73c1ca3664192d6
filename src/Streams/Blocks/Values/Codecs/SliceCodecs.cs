using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Streams.Blocks.Values;

/// <summary>An immutable array: the array behind it travels.</summary>
internal sealed class ImmutableArrayCodec<T>() : InlineCodec(typeof(ImmutableArray<T>))
{
    public override void WriteInline(GraphWriter writer, object? value) =>
        writer.Slot(typeof(T[]), ImmutableCollectionsMarshal.AsArray((ImmutableArray<T>)value!), "");

    public override object ReadInline(GraphReader reader) =>
        ImmutableCollectionsMarshal.AsImmutableArray((T[]?)reader.Slot(typeof(T[])));
}

/// <summary>A part of an array: array, offset and length. Memory over anything else is refused.</summary>
internal abstract class SliceCodec<TSlice, T>() : InlineCodec(typeof(TSlice))
    where TSlice : struct
{
    public override void WriteInline(GraphWriter writer, object? value)
    {
        if (!TryGetArray((TSlice)value!, out var segment))
            throw writer.Refuse(Type, "does not lie over an array; pass the array");
        writer.Slot(typeof(T[]), segment.Array, "");
        writer.Out.Number((uint)segment.Offset);
        writer.Out.Number((uint)segment.Count);
    }

    public override object ReadInline(GraphReader reader)
    {
        var array = (T[]?)reader.Slot(typeof(T[]));
        var offset = checked((int)reader.In.Number());
        var count = checked((int)reader.In.Number());
        return array is null ? default(TSlice) : Make(new ArraySegment<T>(array, offset, count));
    }

    protected abstract bool TryGetArray(TSlice slice, out ArraySegment<T> segment);

    protected abstract TSlice Make(ArraySegment<T> segment);
}

/// <summary>An array segment.</summary>
internal sealed class ArraySegmentCodec<T> : SliceCodec<ArraySegment<T>, T>
{
    protected override bool TryGetArray(ArraySegment<T> slice, out ArraySegment<T> segment)
    {
        segment = slice;
        return true;
    }

    protected override ArraySegment<T> Make(ArraySegment<T> segment) => segment;
}

/// <summary>Memory over an array.</summary>
internal sealed class MemoryCodec<T> : SliceCodec<Memory<T>, T>
{
    protected override bool TryGetArray(Memory<T> slice, out ArraySegment<T> segment) => MemoryMarshal.TryGetArray(slice, out segment);

    protected override Memory<T> Make(ArraySegment<T> segment) => segment;
}

/// <summary>Read-only memory over an array.</summary>
internal sealed class ReadOnlyMemoryCodec<T> : SliceCodec<ReadOnlyMemory<T>, T>
{
    protected override bool TryGetArray(ReadOnlyMemory<T> slice, out ArraySegment<T> segment) => MemoryMarshal.TryGetArray(slice, out segment);

    protected override ReadOnlyMemory<T> Make(ArraySegment<T> segment) => segment;
}
