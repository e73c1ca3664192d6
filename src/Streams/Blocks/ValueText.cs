using System.Globalization;

namespace Streams.Blocks;

/// <summary>A block's value as text for the record.</summary>
internal static class ValueText
{
    private const int Longest = 4096;

    /// <summary>Null for what has no text of its own: a type that says its name only, a command's result.</summary>
    public static string? Of(object? value)
    {
        if (value is null or CommandResult)
            return null;
        try
        {
            var text = value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString();
            if (text is null || text == value.GetType().ToString())
                return null;
            return text.Length <= Longest ? text : $"{text.AsSpan(0, Longest)} [{text.Length - Longest:N0} more characters left out]";
        }
        catch (Exception)
        {
            // The author's own ToString; the value is theirs, whole, and its text is only told.
            return null;
        }
    }
}
