namespace Streams.Blocks.Values;

/// <summary>What an author calls a field that the compiler named.</summary>
internal static class FieldText
{
    /// <summary>"&lt;Name&gt;k__BackingField" is Name, "&lt;host&gt;P" is host; a link between scopes is nothing.</summary>
    public static string Of(string field)
    {
        if (field.StartsWith("CS$<>", StringComparison.Ordinal) || field.StartsWith("<>8__", StringComparison.Ordinal))
            return "";
        if (field.EndsWith("__this", StringComparison.Ordinal) && field.StartsWith("<>", StringComparison.Ordinal))
            return "this";
        if (field.StartsWith("<>", StringComparison.Ordinal))
            return field;
        if (field.StartsWith('<') && field.IndexOf('>', StringComparison.Ordinal) is > 1 and var end)
            return field[1..end];
        return field;
    }
}
