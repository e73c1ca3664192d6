using System.Text;
using Streams.Processes;

namespace Streams;

/// <summary>A command in the background was not ready in time. It has been ended.</summary>
public sealed class CommandNotReadyException : StreamsException
{
    internal const int ShownLines = 10;
    private const int ShownCharacters = 500;

    internal CommandNotReadyException(string command, string limit, string waited, IReadOnlyList<string> lastLines)
        : base(Text(command, limit, waited, lastLines))
    {
    }

    private static string Text(string command, string limit, string waited, IReadOnlyList<string> lastLines)
    {
        var text = new StringBuilder($"Command was not ready within {limit}, and was ended: {PrintableText.CleanLine(command)}\n  {waited}");
        text.Append(lastLines.Count == 0 ? "\n  It printed nothing." : "\n  Last lines that it printed:");
        foreach (var line in lastLines)
            text.Append("\n    ").Append(PrintableText.CleanLine(line.Length > ShownCharacters ? line[..ShownCharacters] : line));
        return text.Append($"\n  If it only needs longer, give it more time with {nameof(Ready)}.{nameof(Ready.Within)}.").ToString();
    }
}
