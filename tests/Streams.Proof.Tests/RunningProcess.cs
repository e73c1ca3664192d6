using System.Globalization;
using System.Text;

namespace Streams.Proof.Tests;

/// <summary>One process of the machine as /proc shows it.</summary>
internal readonly record struct RunningProcess(int Id, int Parent, IReadOnlyList<string> Arguments)
{
    /// <summary>All processes with this word among their arguments, or this variable in their environment.</summary>
    public static List<RunningProcess> With(string argument, string variable) =>
        [.. All().Where(process => process.Arguments.Contains(argument, StringComparer.Ordinal) || process.HasInEnvironment(variable))];

    /// <summary>Guards that guard nobody: the supervisor that started them is gone.</summary>
    public static List<RunningProcess> GuardsAlone()
    {
        var all = All().ToList();
        var supervisors = all.Where(process => process.Role != Role.Guard && process.Role != Role.None).Select(process => process.Id).ToHashSet();
        return [.. all.Where(process => process.Role == Role.Guard && !supervisors.Contains(process.Parent))];
    }

    /// <summary>All processes below this one.</summary>
    public static List<RunningProcess> Below(int ancestor)
    {
        var children = All().ToLookup(process => process.Parent);
        var found = new List<RunningProcess>();
        var open = new Queue<int>([ancestor]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                open.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>What it does in a run; none of ours: no role.</summary>
    public Role Role => Arguments switch
    {
        _ when Arguments.Contains("supervise") => Role.Supervisor,
        _ when Arguments.Contains("worker") => Role.Worker,
        _ when Arguments.Contains("streams-guard") => Role.Guard,
        _ => Role.None,
    };

    private bool HasInEnvironment(string variable)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{Id}/environ").AsSpan().IndexOf(Encoding.UTF8.GetBytes(variable)) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<RunningProcess> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && TryRead(id) is { } process)
                yield return process;
        }
    }

    private static RunningProcess? TryRead(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] is "Z" or "X")
                return null;
            var arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return new RunningProcess(id, int.Parse(fields[1], CultureInfo.InvariantCulture), arguments);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at.
            return null;
        }
    }
}
