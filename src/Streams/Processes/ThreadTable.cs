using System.Globalization;
using System.Text;

namespace Streams.Processes;

/// <summary>What the threads of a process do, as the kernel sees it: the next best where no stack can be had.</summary>
internal static class ThreadTable
{
    private const int MostListed = 40;

    /// <summary>A line per thread: "4711 'Streams block' sleeping in futex_do_wait". Threads of the runtime's own are left out.</summary>
    public static List<string> Describe(int processId)
    {
        var lines = new List<string>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task")))
            {
                var name = ProcFile.ReadText(thread + "/comm").Trim();
                if (name.StartsWith(".NET", StringComparison.Ordinal) && !name.StartsWith(".NET TP Worker", StringComparison.Ordinal))
                    continue;
                if (lines.Count == MostListed)
                {
                    lines.Add("and more");
                    break;
                }

                lines.Add(Describe(thread, name));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is another user's.
        }

        return lines;
    }

    private static string Describe(string thread, string name)
    {
        var text = new StringBuilder($"thread {Path.GetFileName(thread)} '{name}' {State(thread)}");
        if (ProcFile.ReadText(thread + "/wchan").Trim() is { Length: > 1 } channel)
            text.Append(" in ").Append(channel);
        if (ProcFile.ReadText(thread + "/syscall").Split(' ')[0].Trim() is { Length: > 0 } call && int.TryParse(call, CultureInfo.InvariantCulture, out var number) && number >= 0)
            text.Append(" (system call ").Append(number).Append(')');
        return text.ToString();
    }

    private static string State(string thread)
    {
        var stat = ProcFile.ReadText(thread + "/stat");
        var end = stat.LastIndexOf(')');
        return (end >= 0 && end + 2 < stat.Length ? stat[end + 2] : '?') switch
        {
            'R' => "running",
            'S' => "sleeping",
            'D' => "waiting in the kernel, where it cannot be killed,",
            'T' or 't' => "stopped",
            'Z' or 'X' => "ended",
            var other => $"in state {other}",
        };
    }
}
