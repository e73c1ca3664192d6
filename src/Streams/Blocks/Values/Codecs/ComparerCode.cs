namespace Streams.Blocks.Values;

/// <summary>The comparers that collections may travel with.</summary>
internal enum ComparerCode : byte
{
    Default = 0,
    Ordinal = 1,
    OrdinalIgnoreCase = 2,
    InvariantCulture = 3,
    InvariantCultureIgnoreCase = 4,
    Reference = 5,
}

/// <summary>Tells and makes comparers.</summary>
internal static class ComparerCodes
{
    public static ComparerCode Of(GraphWriter writer, Type element, object comparer)
    {
        var key = element.IsGenericType && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) ? element.GetGenericArguments()[0] : element;
        return TryOf(comparer) ?? (IsDefault(key, comparer)
            ? ComparerCode.Default
            : throw writer.Refuse(comparer.GetType(), "is a comparer that cannot travel; use the default one or one of StringComparer"));
    }

    public static ComparerCode? TryOf(object comparer) => comparer switch
    {
        _ when ReferenceEquals(comparer, StringComparer.Ordinal) || comparer.Equals(StringComparer.Ordinal) => ComparerCode.Ordinal,
        _ when comparer.Equals(StringComparer.OrdinalIgnoreCase) => ComparerCode.OrdinalIgnoreCase,
        _ when comparer.Equals(StringComparer.InvariantCulture) => ComparerCode.InvariantCulture,
        _ when comparer.Equals(StringComparer.InvariantCultureIgnoreCase) => ComparerCode.InvariantCultureIgnoreCase,
        ReferenceEqualityComparer => ComparerCode.Reference,
        _ => null,
    };

    public static StringComparer StringComparerOf(ComparerCode code) => code switch
    {
        ComparerCode.Ordinal => StringComparer.Ordinal,
        ComparerCode.OrdinalIgnoreCase => StringComparer.OrdinalIgnoreCase,
        ComparerCode.InvariantCulture => StringComparer.InvariantCulture,
        ComparerCode.InvariantCultureIgnoreCase => StringComparer.InvariantCultureIgnoreCase,
        _ => throw new ValueFormatException($"there is no comparer {code}"),
    };

    public static IEqualityComparer<T>? Equality<T>(ComparerCode code) => code switch
    {
        ComparerCode.Default => null,
        ComparerCode.Reference => (IEqualityComparer<T>)(object)ReferenceEqualityComparer.Instance,
        _ => (IEqualityComparer<T>)StringComparerOf(code),
    };

    public static IComparer<T>? Order<T>(ComparerCode code) =>
        code == ComparerCode.Default ? null : (IComparer<T>)StringComparerOf(code);

    /// <summary>The default comparer of a type is a private type that varies; there is one instance of it.</summary>
    private static bool IsDefault(Type key, object comparer) =>
        comparer.Equals(typeof(EqualityComparer<>).MakeGenericType(key).GetProperty("Default")!.GetValue(null))
        || comparer.Equals(typeof(Comparer<>).MakeGenericType(key).GetProperty("Default")!.GetValue(null));
}
