using Streams.Processes;

namespace Streams.Results;

/// <summary>Makes text of a block fit for a line of ours, so that it can drive neither a terminal nor a CI (promise 54).</summary>
internal static class Printable
{
    /// <summary>One line: control and invisible characters made visible, CI commands broken.</summary>
    public static string Line(string text) => PrintableText.CleanLine(text.Replace("\t", "    ", StringComparison.Ordinal));

    /// <summary>The lines of a text, each fit for printing.</summary>
    public static IEnumerable<string> Lines(string text) =>
        text.TrimEnd('\r', '\n').Split('\n').Select(line => Line(line.TrimEnd('\r')));
}
