namespace Streams.Blocks.Values;

/// <summary>What makes a framework collection and puts elements into it.</summary>
internal sealed record CollectionShape<TCollection, T>(Func<ComparerCode, TCollection> Create, Action<TCollection, T> Add)
{
    /// <summary>The comparer by which it hashes or sorts; absent if it does neither.</summary>
    public Func<TCollection, object>? Comparer { get; init; }

    /// <summary>Its elements in the order in which they must be added.</summary>
    public Func<TCollection, IEnumerable<T>>? Order { get; init; }
}

/// <summary>A growing framework collection. One that compares its elements is filled after all other objects are whole.</summary>
internal sealed class CollectionCodec<TCollection, T>(CollectionShape<TCollection, T> shape) : Codec(typeof(TCollection))
    where TCollection : class, IEnumerable<T>
{
    public override void WriteHead(GraphWriter writer, object value)
    {
        if (shape.Comparer is { } comparer)
            writer.Heads.Byte((byte)ComparerCodes.Of(writer, typeof(T), comparer((TCollection)value)));
    }

    public override object Create(GraphReader reader) =>
        shape.Create(shape.Comparer is null ? ComparerCode.Default : (ComparerCode)reader.In.Byte());

    public override void WriteBody(GraphWriter writer, object value)
    {
        var key = KeyType(typeof(T));
        if (shape.Comparer is not null && writer.Use == ValueUse.Result && !Codecs.IsPlain(key))
            throw writer.Refuse(Type, $"has keys of type {TypeText.Of(key)}; in a result only keys without references are possible");
        var elements = shape.Order is { } order ? order((TCollection)value) : (TCollection)value;
        var index = 0;
        foreach (var element in elements)
        {
            writer.Out.Byte(1);
            writer.Slot(typeof(T), element, index++);
        }

        writer.Out.Byte(0);
    }

    public override void Fill(GraphReader reader, object target)
    {
        if (shape.Comparer is null)
        {
            while (reader.In.Byte() != 0)
                shape.Add((TCollection)target, (T)reader.Slot(typeof(T))!);
            return;
        }

        if (reader.Use == ValueUse.Result && !Codecs.IsPlain(KeyType(typeof(T))))
            throw new ValueFormatException($"{TypeText.Of(Type)} has keys that a result cannot have");
        var elements = new List<T>();
        while (reader.In.Byte() != 0)
            elements.Add((T)reader.Slot(typeof(T))!);
        reader.WhenWhole(() =>
        {
            foreach (var element in elements)
                shape.Add((TCollection)target, element);
        });
    }

    private static Type KeyType(Type element) =>
        element.IsGenericType && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) ? element.GetGenericArguments()[0] : element;
}

/// <summary>An immutable framework collection, made from the array of its elements.</summary>
internal sealed class CompleteCollectionCodec<TCollection, T>(
    Func<ComparerCode, List<T>, TCollection> make, Func<TCollection, object>? comparer, bool hashes) : CompleteCodec(typeof(TCollection))
    where TCollection : class, IEnumerable<T>
{
    public override void WriteHead(GraphWriter writer, object value)
    {
        if (comparer is not null)
            writer.Heads.Byte((byte)ComparerCodes.Of(writer, typeof(T), comparer((TCollection)value)));
    }

    public override object Create(GraphReader reader) => comparer is null ? ComparerCode.Default : (ComparerCode)reader.In.Byte();

    public override void WriteBody(GraphWriter writer, object value)
    {
        if (hashes && !Codecs.IsPlain(KeyType()))
            throw writer.Refuse(Type, $"has keys of type {TypeText.Of(KeyType())}; only keys without references are possible");
        var index = 0;
        foreach (var element in (TCollection)value)
        {
            writer.Out.Byte(1);
            writer.Slot(typeof(T), element, index++);
        }

        writer.Out.Byte(0);
    }

    public override object Make(GraphReader reader)
    {
        if (hashes && !Codecs.IsPlain(KeyType()))
            throw new ValueFormatException($"{TypeText.Of(Type)} has keys that cannot travel");
        var elements = new List<T>();
        while (reader.In.Byte() != 0)
            elements.Add((T)reader.Slot(typeof(T))!);
        return make(reader.ComparerOfCurrent, elements);
    }

    private static Type KeyType() =>
        typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(KeyValuePair<,>) ? typeof(T).GetGenericArguments()[0] : typeof(T);
}
