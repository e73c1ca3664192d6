using System.Text;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// Ends everything below a supervisor that is gone itself, from outside: by its cgroup and by its marker. For the
/// controller when its supervisor was killed; the guard does the same when both were.
/// </summary>
internal static class Leftovers
{
    public static async Task<EndResult> EndAsync(string supervisorId, TimeProvider time)
    {
        var cgroup = Cgroup.PathFor(supervisorId) is { } path && Directory.Exists(path) ? new Cgroup(path) : null;
        var marker = Encoding.ASCII.GetBytes(supervisorId);
        var result = await Ending.RunAsync(() => Find(cgroup, marker), 2, cgroup is null ? null : cgroup.Kill, time).ConfigureAwait(false);
        if (cgroup is not null)
            await cgroup.RemoveAsync(time).ConfigureAwait(false);
        return result;
    }

    private static List<ProcessEntry> Find(Cgroup? cgroup, byte[] marker)
    {
        var members = cgroup?.ProcessIds().ToHashSet() ?? [];
        return ProcessEntry.ReadAll().FindAll(entry =>
            !entry.IsDead && entry.ProcessId != Environment.ProcessId
            && (members.Contains(entry.ProcessId) || entry.EnvironmentContains(marker)));
    }
}
