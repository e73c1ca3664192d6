using System.Text;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>What an author may give as a command, as the wire's command line.</summary>
internal static class CommandText
{
    /// <summary>MAX_ARG_STRLEN, less the closing NUL.</summary>
    private const int LongestArgument = (32 * 4096) - 1;

    public static CommandLine Shell(string command)
    {
        if (string.IsNullOrWhiteSpace(command))
            throw new ArgumentException("The command is empty.", nameof(command));
        return new CommandLine { Shell = NoNul(command) };
    }

    public static CommandLine Arguments(IReadOnlyList<string> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Count == 0 || string.IsNullOrWhiteSpace(command[0]))
            throw new ArgumentException("The command is empty: its first element must be a program.", nameof(command));
        return new CommandLine { Arguments = { command.Select(NoNul) } };
    }

    /// <summary>The command line for messages.</summary>
    public static string Show(CommandLine command) => command.Arguments.Count > 0 ? ShellQuoting.Join(command.Arguments) : command.Shell;

    private static string NoNul(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("The command holds a NUL character, which no program can be given.", nameof(text));
        if (Encoding.UTF8.GetByteCount(text) > LongestArgument)
            throw new ArgumentException($"The command holds an argument of more than {LongestArgument:N0} bytes, which Linux gives to no program. Write it to a file, or to the command's input.", nameof(text));
        return text;
    }
}
