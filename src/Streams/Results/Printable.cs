using System.Globalization;
using System.Text;

namespace Streams.Results;

/// <summary>Makes text of a block fit for printing, so that it can drive neither a terminal nor a CI (promise 54).</summary>
internal static class Printable
{
    // What CI systems take for a command when it starts a line.
    private static readonly string[] LineCommands = ["##", "::", "[["];

    /// <summary>One line: control and invisible characters made visible, CI commands broken.</summary>
    public static string Line(string text)
    {
        var start = text.TrimStart();
        var isCommand = LineCommands.Any(command => start.StartsWith(command, StringComparison.Ordinal));
        if (!isCommand && !text.EnumerateRunes().Any(IsUnsafe))
            return text;
        var printed = new StringBuilder(isCommand ? "\\" : "");
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
                printed.Append("    ");
            else if (IsUnsafe(rune))
                printed.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            else
                printed.Append(rune.ToString());
        }

        return printed.ToString();
    }

    /// <summary>The lines of a text, each fit for printing.</summary>
    public static IEnumerable<string> Lines(string text) =>
        text.TrimEnd('\r', '\n').Split('\n').Select(line => Line(line.TrimEnd('\r')));

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune == Rune.ReplacementChar;
}
