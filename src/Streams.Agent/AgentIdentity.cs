using System.Globalization;
using Streams.Processes;

namespace Streams.Agent;

/// <summary>Which process serves in a run directory, and what marks everything that it starts. One line of text there.</summary>
internal sealed record AgentIdentity(string Boot, ProcessIdentity Process, string Leash)
{
    /// <summary>False if the process is gone, whatever has its number now.</summary>
    public bool IsAlive(string boot) => boot == Boot && ProcessIdentity.Of(Process.ProcessId) == Process;

    public static string PathIn(string directory) => Path.Combine(directory, "agent.id");

    /// <summary>Leaves this process's there.</summary>
    public static AgentIdentity Write(string directory, string boot)
    {
        var identity = new AgentIdentity(boot, ProcessIdentity.OfThisProcess, RandomText.Hex(16));
        File.WriteAllText(PathIn(directory), string.Create(
            CultureInfo.InvariantCulture, $"{boot} {identity.Process.ProcessId} {identity.Process.StartTicks} {identity.Leash}\n"));
        return identity;
    }

    /// <summary>Null: there is none, or it is not whole.</summary>
    public static AgentIdentity? Read(string directory)
    {
        var words = ProcFile.ReadText(PathIn(directory)).TrimEnd('\n').Split(' ');
        return words.Length == 4 && words[3].Length == 32 && words[3].All(char.IsAsciiHexDigitLower)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && ulong.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new AgentIdentity(words[0], new ProcessIdentity(pid, ticks), words[3])
            : null;
    }
}
