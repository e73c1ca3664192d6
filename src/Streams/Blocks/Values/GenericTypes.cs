using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Streams.Blocks.Values;

/// <summary>The generic framework types that can travel, and how their codecs are made.</summary>
internal static class GenericTypes
{
    /// <summary>Types whose private fields are their plain state, by name: these names have not changed since .NET 5.</summary>
    private static readonly FrozenDictionary<Type, string[]> ByFields = new Dictionary<Type, string[]>
    {
        [typeof(KeyValuePair<,>)] = ["key", "value"],
        [typeof(ReadOnlyCollection<>)] = ["list"],
        [typeof(Collection<>)] = ["items"],
        [typeof(ReadOnlyDictionary<,>)] = ["m_dictionary"],
        [typeof(Tuple<>)] = Items("m_Item", 1), [typeof(Tuple<,>)] = Items("m_Item", 2), [typeof(Tuple<,,>)] = Items("m_Item", 3),
        [typeof(Tuple<,,,>)] = Items("m_Item", 4), [typeof(Tuple<,,,,>)] = Items("m_Item", 5), [typeof(Tuple<,,,,,>)] = Items("m_Item", 6),
        [typeof(Tuple<,,,,,,>)] = Items("m_Item", 7), [typeof(Tuple<,,,,,,,>)] = [.. Items("m_Item", 7), "m_Rest"],
        [typeof(ValueTuple<>)] = Items("Item", 1), [typeof(ValueTuple<,>)] = Items("Item", 2), [typeof(ValueTuple<,,>)] = Items("Item", 3),
        [typeof(ValueTuple<,,,>)] = Items("Item", 4), [typeof(ValueTuple<,,,,>)] = Items("Item", 5), [typeof(ValueTuple<,,,,,>)] = Items("Item", 6),
        [typeof(ValueTuple<,,,,,,>)] = Items("Item", 7), [typeof(ValueTuple<,,,,,,,>)] = [.. Items("Item", 7), "Rest"],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, string> Makers = new Dictionary<Type, string>
    {
        [typeof(List<>)] = nameof(List), [typeof(Queue<>)] = nameof(Queue), [typeof(Stack<>)] = nameof(Stack), [typeof(LinkedList<>)] = nameof(LinkedList),
        [typeof(HashSet<>)] = nameof(HashSet), [typeof(SortedSet<>)] = nameof(SortedSet), [typeof(Dictionary<,>)] = nameof(Dictionary),
        [typeof(SortedDictionary<,>)] = nameof(SortedDictionary), [typeof(SortedList<,>)] = nameof(SortedList),
        [typeof(ConcurrentDictionary<,>)] = nameof(ConcurrentDictionary), [typeof(ConcurrentQueue<>)] = nameof(ConcurrentQueue),
        [typeof(ConcurrentStack<>)] = nameof(ConcurrentStack), [typeof(ConcurrentBag<>)] = nameof(ConcurrentBag),
        [typeof(ImmutableList<>)] = nameof(ImmutableList), [typeof(ImmutableHashSet<>)] = nameof(ImmutableHashSet),
        [typeof(ImmutableDictionary<,>)] = nameof(ImmutableDictionary), [typeof(FrozenSet<>)] = nameof(FrozenSet), [typeof(FrozenDictionary<,>)] = nameof(FrozenDictionary),
        [typeof(ImmutableArray<>)] = nameof(ImmutableArray), [typeof(ArraySegment<>)] = nameof(ArraySegment),
        [typeof(Memory<>)] = nameof(Memory), [typeof(ReadOnlyMemory<>)] = nameof(ReadOnlyMemory),
    }.ToFrozenDictionary();

    public static IEnumerable<Type> Definitions => ByFields.Keys.Concat(Makers.Keys).Append(typeof(Nullable<>));

    public static Codec? Make(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        if (ByFields.TryGetValue(definition, out var names))
        {
            var fields = names.Select(name => FieldLists.Named(type, name)
                ?? throw new ValueFormatException($"this runtime's {TypeText.Of(type)} has no field {name}")).ToArray();
            return type.IsValueType ? new StructCodec(type, fields) : new FieldsCodec(type, fields);
        }

        return Makers.TryGetValue(definition, out var maker)
            ? (Codec)typeof(GenericTypes).GetMethod(maker, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, null)!
            : null;
    }

    private static string[] Items(string prefix, int count) => [.. Enumerable.Range(1, count).Select(number => prefix + number)];

#pragma warning disable CA1859 // called by reflection only, through one signature
    private static Codec List<T>() => new CollectionCodec<List<T>, T>(new(_ => [], (list, item) => list.Add(item)));

    private static Codec Queue<T>() => new CollectionCodec<Queue<T>, T>(new(_ => [], (queue, item) => queue.Enqueue(item)));

    private static Codec Stack<T>() => new CollectionCodec<Stack<T>, T>(new(_ => [], (stack, item) => stack.Push(item)) { Order = stack => stack.Reverse() });

    private static Codec LinkedList<T>() => new CollectionCodec<LinkedList<T>, T>(new(_ => [], (list, item) => list.AddLast(item)));

    private static Codec ConcurrentQueue<T>() => new CollectionCodec<ConcurrentQueue<T>, T>(new(_ => [], (queue, item) => queue.Enqueue(item)));

    private static Codec ConcurrentStack<T>() => new CollectionCodec<ConcurrentStack<T>, T>(new(_ => [], (stack, item) => stack.Push(item)) { Order = stack => stack.Reverse() });

    private static Codec ConcurrentBag<T>() => new CollectionCodec<ConcurrentBag<T>, T>(new(_ => [], (bag, item) => bag.Add(item)));

    private static Codec HashSet<T>() => new CollectionCodec<HashSet<T>, T>(new(code => new HashSet<T>(ComparerCodes.Equality<T>(code)), (set, item) => set.Add(item)) { Comparer = set => set.Comparer });

    private static Codec SortedSet<T>() => new CollectionCodec<SortedSet<T>, T>(new(code => new SortedSet<T>(ComparerCodes.Order<T>(code)), (set, item) => set.Add(item)) { Comparer = set => set.Comparer });

    private static Codec Dictionary<TKey, TValue>()
        where TKey : notnull =>
        new CollectionCodec<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            new(code => new Dictionary<TKey, TValue>(ComparerCodes.Equality<TKey>(code)), (map, pair) => map.Add(pair.Key, pair.Value)) { Comparer = map => map.Comparer });

    private static Codec SortedDictionary<TKey, TValue>()
        where TKey : notnull =>
        new CollectionCodec<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            new(code => new SortedDictionary<TKey, TValue>(ComparerCodes.Order<TKey>(code)), (map, pair) => map.Add(pair.Key, pair.Value)) { Comparer = map => map.Comparer });

    private static Codec SortedList<TKey, TValue>()
        where TKey : notnull =>
        new CollectionCodec<SortedList<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            new(code => new SortedList<TKey, TValue>(ComparerCodes.Order<TKey>(code)), (map, pair) => map.Add(pair.Key, pair.Value)) { Comparer = map => map.Comparer });

    private static Codec ConcurrentDictionary<TKey, TValue>()
        where TKey : notnull =>
        new CollectionCodec<ConcurrentDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            new(code => new ConcurrentDictionary<TKey, TValue>(ComparerCodes.Equality<TKey>(code)), (map, pair) => map[pair.Key] = pair.Value) { Comparer = map => map.Comparer });

    private static Codec ImmutableList<T>() => new CompleteCollectionCodec<ImmutableList<T>, T>((_, items) => [.. items], null, hashes: false);

    private static Codec ImmutableHashSet<T>() =>
        new CompleteCollectionCodec<ImmutableHashSet<T>, T>((code, items) => items.ToImmutableHashSet(ComparerCodes.Equality<T>(code)), set => set.KeyComparer, hashes: true);

    private static Codec ImmutableDictionary<TKey, TValue>()
        where TKey : notnull =>
        new CompleteCollectionCodec<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            (code, items) => items.ToImmutableDictionary(ComparerCodes.Equality<TKey>(code)), map => map.KeyComparer, hashes: true);

    private static Codec FrozenSet<T>() =>
        new CompleteCollectionCodec<FrozenSet<T>, T>((code, items) => items.ToFrozenSet(ComparerCodes.Equality<T>(code)), set => set.Comparer, hashes: true);

    private static Codec FrozenDictionary<TKey, TValue>()
        where TKey : notnull =>
        new CompleteCollectionCodec<FrozenDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(
            (code, items) => items.ToFrozenDictionary(ComparerCodes.Equality<TKey>(code)), map => map.Comparer, hashes: true);

    private static Codec ImmutableArray<T>() => new ImmutableArrayCodec<T>();

    private static Codec ArraySegment<T>() => new ArraySegmentCodec<T>();

    private static Codec Memory<T>() => new MemoryCodec<T>();

    private static Codec ReadOnlyMemory<T>() => new ReadOnlyMemoryCodec<T>();
}
