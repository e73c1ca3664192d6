using System.Text;
using Streams.Processes;

namespace Streams.Agent;

/// <summary>
/// A piece of sh beside the agent's log that joins a later connection to this agent. It is there because a later login knows
/// nothing of the runtime, libraries and directories that this agent was started with. Read with "." when $mark is set.
/// </summary>
internal sealed class DialScript
{
    /// <summary>What the start may have set for a host that lacks something.</summary>
    private static readonly string[] Variables =
        ["DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "LD_LIBRARY_PATH", "TMPDIR"];

    private readonly string _path;

    private DialScript(string path) => _path = path;

    /// <summary>Null if nobody wants it.</summary>
    public static DialScript? Write(AgentOptions options, string directory)
    {
        if (options.DialScript is not { } path)
            return null;
        var text = new StringBuilder("unset DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE\nDOTNET_EnableDiagnostics=0; export DOTNET_EnableDiagnostics\n");
        foreach (var name in Variables)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                text.Append(name).Append('=').Append(ShellQuoting.Quote(value)).Append("; export ").Append(name).Append('\n');
        }

        var command = ShellQuoting.Join([Environment.ProcessPath ?? options.Dotnet, "exec", typeof(DialScript).Assembly.Location, "dial", directory]);
        text.Append("exec ").Append(command).Append(" \"$mark\"\n");
        var script = new DialScript(path);
        script.Replace(text.ToString());
        return script;
    }

    /// <summary>Everything has been ended: who comes later is told so, and why. It stays: the proof that the agent ended in order.</summary>
    public void Ended(string reason) => Replace($"printf '%s GONE %s\\n' \"$mark\" {ShellQuoting.Quote(reason)}\n");

    /// <summary>By rename: a shell may be reading it at this moment.</summary>
    private void Replace(string text)
    {
        try
        {
            File.WriteAllText(_path + ".new", text);
            File.SetUnixFileMode(_path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(_path + ".new", _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"later connections cannot be joined to this agent: {exception.Message}");
        }
    }
}
