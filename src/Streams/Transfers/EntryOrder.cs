namespace Streams.Transfers;

/// <summary>The order in which entries come: names byte by byte, each directory before what is in it.</summary>
internal static class EntryOrder
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            // The separator comes before everything: "a/b" is in "a", and "a-" is not.
            if (left[i] != right[i])
                return left[i] == '/' ? -1 : right[i] == '/' ? 1 : left[i].CompareTo(right[i]);
        }

        return left.Length.CompareTo(right.Length);
    }

    /// <summary>True if the entry lies, at any depth, in the directory of this name.</summary>
    public static bool IsIn(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty ? !entry.IsEmpty : entry.Length > directory.Length && entry.StartsWith(directory) && entry[directory.Length] == '/';
}
