using System.Globalization;

namespace Streams.Blocks;

/// <summary>A block's value as text for the record.</summary>
internal static class ValueText
{
    private const int Longest = 4096;

    /// <summary>
    /// Null for what has no text of its own. Only the framework's plain values are asked for theirs: an author's
    /// <c>ToString</c> may never return, or take this process with it, and here no limit could help.
    /// </summary>
    public static string? Of(object? value)
    {
        if (value is null || !IsPlain(value.GetType()))
            return null;
        var text = value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString();
        if (text is null || text.Length <= Longest)
            return text;
        return $"{text.AsSpan(0, Longest)} [{text.Length - Longest:N0} more characters left out]";
    }

    private static bool IsPlain(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string)
        || (type.Assembly == typeof(object).Assembly && type.IsValueType && !type.IsGenericType && typeof(IFormattable).IsAssignableFrom(type))
        || type == typeof(Version) || type == typeof(Uri);
}
