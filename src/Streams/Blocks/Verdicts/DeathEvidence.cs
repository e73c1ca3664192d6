using System.Globalization;
using Streams.Processes;

namespace Streams.Blocks.Verdicts;

/// <summary>
/// Which of a dead worker's last lines are shown. After a crash the reason and the innermost frames, which the end of a
/// long stack would push out of sight; after a hang the report on it; else the last lines.
/// </summary>
internal static class DeathEvidence
{
    private const int LinesBefore = 3;
    private const int LinesOfCrash = 12;
    private const int LinesOfHang = 40;
    private const int LastLines = 10;

    /// <summary>The lines to show, safe to print.</summary>
    public static List<string> Of(IReadOnlyList<string> tail) => [.. Select(tail).Select(PrintableText.CleanLine)];

    private static IEnumerable<string> Select(IReadOnlyList<string> tail)
    {
        if (LastIndex(tail, LastWords.Hang) is var hang and >= 0)
            return Part(tail, hang, LinesOfHang);
        return RuntimeDeath.Find(tail) is { } death
            ? Part([.. tail.Where(line => !IsOurFrame(line))], Math.Max(0, death.Line - LinesBefore), LinesOfCrash + LinesBefore)
            : tail.TakeLast(LastLines);
    }

    private static IEnumerable<string> Part(IReadOnlyList<string> tail, int from, int lines)
    {
        var rest = tail.Count - from - lines;
        var part = tail.Skip(from).Take(lines);
        return rest <= 0 ? part : part.Append(string.Create(CultureInfo.InvariantCulture, $"... ({rest} more in output.log)"));
    }

    /// <summary>How a block is called tells its author nothing.</summary>
    public static bool IsOurFrame(string line) =>
        line.StartsWith("   at Streams.Workers.", StringComparison.Ordinal)
        || line.StartsWith("   at System.Reflection.MethodBaseInvoker.", StringComparison.Ordinal)
        || line.StartsWith("   at System.Reflection.RuntimeMethodInfo.Invoke", StringComparison.Ordinal)
        || line.StartsWith("   at System.Runtime.ControlledExecution.", StringComparison.Ordinal);

    private static int LastIndex(IReadOnlyList<string> tail, string sign)
    {
        for (var line = tail.Count - 1; line >= 0; line--)
        {
            if (tail[line].StartsWith(sign, StringComparison.Ordinal))
                return line;
        }

        return -1;
    }
}
