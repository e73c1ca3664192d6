using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Streams.Processes;

/// <summary>
/// Places where a process can be made to die on purpose, so that a campaign can kill at each of them: <c>STREAMS_FAILPOINT</c>
/// holds one or more of <c>name:kill|exit|stop[:n]</c>, with commas between; n: at the n-th pass, the first by default.
/// The names are in <see cref="Failpoints"/>.
/// </summary>
internal static class Failpoint
{
    public const string Variable = "STREAMS_FAILPOINT";

    /// <summary>A file that every pass is appended to, a line each: <c>pid name</c>.</summary>
    public const string LogVariable = "STREAMS_FAILPOINT_LOG";

    /// <summary>What <c>exit</c> exits with; nothing else does.</summary>
    public const int ExitCode = 86;

    private static readonly string Log = Environment.GetEnvironmentVariable(LogVariable) ?? "";
    private static readonly Dictionary<string, (string Action, int Pass)> Armed = Parse(Environment.GetEnvironmentVariable(Variable) ?? "");
    private static readonly ConcurrentDictionary<string, int> Passes = new();

    /// <summary>Read once: where nothing is armed, the compiler leaves out what depends on it.</summary>
    public static readonly bool IsArmed = Armed.Count > 0 || Log.Length > 0;

    /// <summary>Passes this place; where it is armed, the process goes no further.</summary>
    public static void Hit(string name)
    {
        if (IsArmed)
            HitCore(name);
    }

    /// <summary>What is armed for a shell program, which cannot ask: <c>,name:action,name:action,</c> without passes.</summary>
    public static string ForShell() => Armed.Count == 0 ? "" : "," + string.Join(',', Armed.Select(pair => $"{pair.Key}:{pair.Value.Action}")) + ",";

    private static Dictionary<string, (string Action, int Pass)> Parse(string text)
    {
        var armed = new Dictionary<string, (string, int)>();
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split(':');
            if (parts.Length is 2 or 3)
                armed[parts[0]] = (parts[1], parts.Length == 3 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 1);
        }

        return armed;
    }

    private static void HitCore(string name)
    {
        if (Log.Length > 0)
            Write(name);
        if (!Armed.TryGetValue(name, out var what) || Passes.AddOrUpdate(name, 1, (_, passes) => passes + 1) != what.Pass)
            return;
        switch (what.Action)
        {
            case "kill":
                _ = NativeMethods.Kill(Environment.ProcessId, NativeMethods.SIGKILL);
                break;
            case "exit":
                NativeMethods.ExitAtOnce(ExitCode);
                break;
            case "stop":
                _ = NativeMethods.Kill(Environment.ProcessId, NativeMethods.SIGSTOP);
                break;
        }
    }

    // One write to a file opened for appending: lines of several processes do not mix.
    private static void Write(string name)
    {
        var file = NativeMethods.Open(Log, NativeMethods.O_WRONLY | NativeMethods.O_CREAT | NativeMethods.O_APPEND | NativeMethods.O_CLOEXEC, 0x180);
        if (file < 0)
            return;
        NativeMethods.TryWriteAll(file, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {name}\n")));
        _ = NativeMethods.Close(file);
    }
}
