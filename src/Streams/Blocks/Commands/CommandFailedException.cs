using System.Text;
using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams;

/// <summary>A command ended with an exit code other than 0, or by a signal.</summary>
public sealed class CommandFailedException : StreamsException
{
    private const int ShownLines = 10;
    private const string Background = "\n  If it went to the background by itself: start it in the foreground, so that its end can be seen (-D, --foreground, --no-daemon or the like).";

    internal CommandFailedException(CommandResult result)
        : base(Text(result)) => Result = result;

    /// <summary>It ended while something was waited for.</summary>
    internal CommandFailedException(CommandResult result, string waited)
        : base($"{Text(result)}\n{waited}{(result.ExitCode == 0 ? Background : "")}") => Result = result;

    internal CommandFailedException(string command, string reason, Exception? innerException = null)
        : base($"Command could not be started: {Excerpt.OfLine(PrintableText.CleanLine(command))}: {reason}", innerException) =>
        Result = new CommandResult { Command = command, ExitCode = -1, StandardOutput = "", StandardError = "", Elapsed = TimeSpan.Zero };

    /// <summary>What the command printed, and how it ended.</summary>
    public CommandResult Result { get; }

    private static string Text(CommandResult result)
    {
        var text = new StringBuilder($"Command {new ProcessExit(result.ExitCode, 0).Describe(result.StandardError)} after {result.Elapsed.TotalSeconds:0.0} s: {Excerpt.OfLine(PrintableText.CleanLine(result.Command))}");
        var (name, output) = result.StandardError.Length > 0 ? ("standard error", result.StandardError) : ("standard output", result.StandardOutput);
        var lines = output.TrimEnd().Split('\n');
        if (output.Length == 0)
            return text.Append("\nIt printed nothing.").ToString();
        text.Append("\nLast lines of its ").Append(name).Append(':');
        foreach (var line in lines.AsSpan(Math.Max(0, lines.Length - ShownLines)))
            text.Append("\n  ").Append(PrintableText.CleanLine(Excerpt.OfLine(line)));
        return text.ToString();
    }
}
