using System.Globalization;

namespace Streams.Proof.Tests;

/// <summary>
/// Kills one process of a run at its n-th call of one kind: strace injects SIGKILL there. The test process is traced from
/// the start; a supervisor or worker by way of a "dotnet" of our own that stands before the real one.
/// </summary>
internal sealed class Tracer(Role role, string systemCall, int number, Scenario scenario)
{
    // Traces the first process of its kind only, so that the run has a chance to go on. The tracer is nobody's parent (-D):
    // the process is the very one that its supervisor started.
    private const string Wrapper =
        """
        #!/bin/sh
        case " $* " in
        *" $KILL_VERB "*)
            if mkdir "$KILL_LOG.once" 2>/dev/null; then
                exec strace -D -f -b execve -o "$KILL_LOG" -e trace="$KILL_CALL" -e inject="$KILL_CALL:signal=KILL:when=$KILL_NUMBER" "$KILL_DOTNET" "$@"
            fi ;;
        esac
        exec "$KILL_DOTNET" "$@"
        """;

    private string Log => scenario["strace.log"];

    /// <summary>True if the call was reached: the process was killed there.</summary>
    public bool HasKilled => File.Exists(Log) && File.ReadAllText(Log).Contains("killed by SIGKILL", StringComparison.Ordinal);

    public IEnumerable<string> Before => role == Role.Test
        ? ["strace", "-f", "-b", "execve", "-o", Log, "-e", $"trace={systemCall}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={systemCall}:signal=KILL:when={number}")]
        : [];

    public IReadOnlyDictionary<string, string> Variables()
    {
        if (role == Role.Test)
            return new Dictionary<string, string>();
        var directory = Directory.CreateDirectory(scenario["bin"]).FullName;
        var wrapper = Path.Combine(directory, "dotnet");
        File.WriteAllText(wrapper, Wrapper + "\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new Dictionary<string, string>
        {
            ["DOTNET_HOST_PATH"] = wrapper,
            ["KILL_VERB"] = role == Role.Worker ? "worker" : "supervise",
            ["KILL_LOG"] = Log,
            ["KILL_CALL"] = systemCall,
            ["KILL_NUMBER"] = number.ToString(CultureInfo.InvariantCulture),
            ["KILL_DOTNET"] = Scenario.Dotnet,
        };
    }
}
