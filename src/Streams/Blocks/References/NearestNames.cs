namespace Streams.Blocks.References;

/// <summary>Names that somebody may have meant.</summary>
internal static class NearestNames
{
    private const int Most = 3;

    /// <summary>Those that are few letters away, or that hold the name; nearest first.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known)
    {
        var parts = name.Count(static letter => letter == '.') + 1;
        return [.. known
            .Select(full => (Full: full, Distance: Math.Min(Distance(name, End(full, parts)), Distance(Last(name), Last(full)))))
            .Where(near => near.Distance <= Math.Max(2, Last(name).Length / 3) || Last(near.Full).Contains(Last(name), StringComparison.OrdinalIgnoreCase))
            .OrderBy(static near => near.Distance)
            .ThenBy(static near => near.Full, StringComparer.Ordinal)
            .Select(static near => near.Full)
            .Distinct()
            .Take(Most)];
    }

    private static string Last(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static string End(string full, int parts) => string.Join('.', full.Split('.')[^Math.Min(parts, full.Split('.').Length)..]);

    /// <summary>Letters to insert, leave out, replace or swap, whatever their case.</summary>
    private static int Distance(string left, string right)
    {
        var (before, last, now) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var differs = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + differs);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
            }

            (before, last, now) = (last, now, before);
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
