using Streams.Processes;

namespace Streams.Blocks.Commands;

/// <summary>Finds a command's program as a shell would: with the PATH of the command itself.</summary>
internal static class ProgramPath
{
    /// <summary>What <c>sh</c> takes when there is no PATH.</summary>
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The path of the command's program.</summary>
    /// <exception cref="CommandFailedException">There is no such program.</exception>
    public static string Find(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var name = command.Count > 0 && command[0].Length > 0 ? command[0] : throw new CommandFailedException("", "the command is empty");
        if (name.Contains('/', StringComparison.Ordinal))
            return name;
        var path = environment.GetValueOrDefault("PATH", DefaultPath);
        foreach (var directory in path.Split(':'))
        {
            var candidate = Path.Combine(directory.Length == 0 ? "." : directory, name);
            if (File.Exists(candidate) && NativeMethods.IsExecutable(candidate))
                return candidate;
        }

        throw new CommandFailedException(ShellQuoting.Join(command), $"'{name}' was not found (PATH={path})");
    }
}
