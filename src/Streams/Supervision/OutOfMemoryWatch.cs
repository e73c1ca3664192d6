using System.Globalization;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// Tells a kill by the kernel for want of memory from anybody's kill -9. The worker's own group says it for certain where
/// the kernel counts there; else the machine's count has to have risen within the last poll.
/// </summary>
internal sealed class OutOfMemoryWatch(Cgroup? cgroup)
{
    private readonly long? _group = cgroup?.OutOfMemoryKills();

    // Written by the owner's timer, read at the end: a torn or old value costs no more than one poll's precision.
    private long _machine = MachineKills();
    private long _machineBefore = MachineKills();

    public void Poll()
    {
        _machineBefore = _machine;
        _machine = MachineKills();
    }

    public bool HasKilled() => _group is { } before && cgroup!.OutOfMemoryKills() is { } now ? now > before : MachineKills() > _machineBefore;

    private static long MachineKills()
    {
        foreach (var line in ProcFile.ReadText("/proc/vmstat").Split('\n'))
        {
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                return long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
        }

        return 0;
    }
}
