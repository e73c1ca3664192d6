using System.Text;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>Finds every process that came from one worker.</summary>
internal sealed class WorkerContainment(
    ContainmentKind kind, string lease, Cgroup? cgroup, Func<IReadOnlyCollection<WorkerContainment>> living)
{
    private readonly byte[] _lease = Encoding.ASCII.GetBytes(lease);

    /// <summary>False in a supervisor that wants a cgroup and got none for this worker.</summary>
    public bool IsReady => kind != ContainmentKind.Cgroup || cgroup is not null;

    public ProcessIdentity Worker { get; private set; }

    /// <summary>The scans in a row that must find nothing: one may look while a process forks.</summary>
    public const int ScansToBeSure = 2;

    public Cgroup? Cgroup => cgroup;

    /// <summary>
    /// The marker's value. In a nested supervisor the outer ones stay in it, so that the outer supervisor finds
    /// everything, too.
    /// </summary>
    public string MarkerValue => Environment.GetEnvironmentVariable(Containment.MarkerVariable) is { Length: > 0 } outer ? $"{outer}:{lease}" : lease;

    /// <summary>To be called before the worker does anything.</summary>
    public bool TryHold(ProcessIdentity worker)
    {
        Worker = worker;
        return cgroup is null || cgroup.TryAdd(worker.ProcessId);
    }

    /// <summary>What runs of it now, zombies left out.</summary>
    public List<ProcessEntry> Find()
    {
        var found = FindInTable(cgroup?.ProcessIds() ?? []);
        found.RemoveAll(entry => entry.IsDead || entry.ProcessId == Environment.ProcessId);
        return found;
    }

    /// <summary>The same without the worker, and without what its author keeps beyond a block: these processes and what came from them.</summary>
    public List<ProcessEntry> FindLeftovers(IReadOnlyCollection<ProcessIdentity> kept)
    {
        var found = Find();
        var spared = ProcessTree.Select(found, kept).Select(entry => entry.ProcessId).ToHashSet();
        found.RemoveAll(entry => entry.Identity == Worker || spared.Contains(entry.ProcessId));
        return found;
    }

    /// <summary>Processes that may be its own and cannot be told for certain: not killed, but reported.</summary>
    public List<ProcessEntry> FindSuspects()
    {
        if (kind != ContainmentKind.Marker)
            return [];
        var user = NativeMethods.EffectiveUserId();
        return ProcessEntry.ReadAll().FindAll(entry =>
            entry.StartTicks >= Worker.StartTicks && entry.Parent == 1 && !entry.IsDead && entry.Session != 0
            && NativeMethods.Status($"/proc/{entry.ProcessId}") is { } status && status.UserId == user
            && entry.ReadEnvironment() == 0);
    }

    /// <summary>
    /// Whoever may write to the file system of the cgroups can leave its own; it remains a descendant of the worker, or, once
    /// that has ended, of the supervisor. With a cgroup the marker is not looked for: reading all environments takes its time.
    /// </summary>
    private List<ProcessEntry> FindInTable(List<int> members)
    {
        var table = ProcessEntry.ReadAll();
        // Once the worker was reaped, its id may name another process, whose children and session are not ours.
        var idIsOurs = !table.Exists(entry => entry.ProcessId == Worker.ProcessId && entry.StartTicks != Worker.StartTicks);
        var others = living().Where(other => other != this).ToList();
        var ours = new HashSet<int>(members);
        foreach (var entry in table)
        {
            if (entry.Identity == Worker || (idIsOurs && entry.Session == Worker.ProcessId)
                || (cgroup is null && entry.EnvironmentContains(_lease)) || IsOrphan(entry, others))
                ours.Add(entry.ProcessId);
        }

        ProcessTree.AddDescendants(table, ours);
        return table.FindAll(entry => ours.Contains(entry.ProcessId));
    }

    /// <summary>
    /// An adopted process that shows no sign of another worker. While they live, real workers adopt their own orphans
    /// (<see cref="WorkerStartup"/>), so one that came up to the supervisor is left from a dead worker: it may end.
    /// </summary>
    private bool IsOrphan(ProcessEntry entry, List<WorkerContainment> others) =>
        kind != ContainmentKind.Marker
        && entry.Parent == Environment.ProcessId
        && !ChildProcesses.OfThisProcess.IsStarted(entry.ProcessId)
        && !others.Exists(other => other.Shows(entry));

    private bool Shows(ProcessEntry entry) =>
        entry.Session == Worker.ProcessId || entry.EnvironmentContains(_lease) || (cgroup is not null && cgroup.ProcessIds().Contains(entry.ProcessId));
}
