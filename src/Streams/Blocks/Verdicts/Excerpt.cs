using System.Globalization;

namespace Streams.Blocks.Verdicts;

/// <summary>The head and the tail of a text that would fill screens. All of it is in the block's result and in its files.</summary>
internal static class Excerpt
{
    private const int MostLines = 24;
    private const int LongestLine = 400;

    /// <summary>At most so many lines, each of a bounded length.</summary>
    public static string Of(string text, int mostLines = MostLines)
    {
        if (text.Length <= LongestLine && text.AsSpan().Count('\n') < mostLines)
            return text;
        var lines = text.TrimEnd().Split('\n');
        if (lines.Length <= mostLines)
            return string.Join('\n', lines.Select(OfLine));
        var head = mostLines / 2;
        var tail = mostLines - 1 - head;
        var gap = lines[head..^tail];
        return string.Join('\n', [
            .. lines[..head].Select(OfLine),
            string.Create(CultureInfo.InvariantCulture, $"[... {gap.Length:N0} lines, {gap.Sum(line => line.Length + 1L):N0} characters left out; all of it is in the block's result ...]"),
            .. lines[^tail..].Select(OfLine),
        ]);
    }

    /// <summary>One line of a bounded length.</summary>
    public static string OfLine(string line)
    {
        if (line.Length <= LongestLine)
            return line;
        var head = Whole(line, LongestLine * 2 / 3);
        var tail = Whole(line, line.Length - (LongestLine / 4));
        return string.Create(CultureInfo.InvariantCulture, $"{line.AsSpan(0, head)} [... {tail - head:N0} characters left out ...] {line.AsSpan(tail)}");
    }

    /// <summary>A place to cut that is not within a surrogate pair.</summary>
    private static int Whole(string line, int at) => char.IsLowSurrogate(line[at]) ? at - 1 : at;
}
