using Streams.Processes;

namespace Streams.Supervision;

/// <summary>How one supervisor keeps hold of its workers' processes: chosen once, and named in every start.</summary>
internal sealed class Containment
{
    public const string MarkerVariable = "STREAMS_LEASH";

    private readonly Cgroup? _cgroup;

    private Containment(string id, ContainmentKind kind, Cgroup? cgroup)
    {
        Id = id;
        Kind = kind;
        _cgroup = cgroup;
    }

    /// <summary>In the marker of everything that runs below this supervisor.</summary>
    public string Id { get; }

    public ContainmentKind Kind { get; }

    public string Name => Kind switch
    {
        ContainmentKind.Cgroup => "cgroup",
        ContainmentKind.Subreaper => "subreaper",
        _ => "marker",
    };

    /// <summary>The directory of the supervisor's cgroup; empty if there is none.</summary>
    public string CgroupPath => _cgroup?.Path ?? "";

    /// <summary>Takes the best that there is, or the best that is not better than <paramref name="atMost"/>.</summary>
    public static Containment Choose(string id, ContainmentKind atMost = ContainmentKind.Cgroup)
    {
        // Whatever the kind, orphans are better adopted: they are reaped, even in a container whose first process never does.
        var adopts = atMost != ContainmentKind.Marker && NativeMethods.TryBecomeSubreaper();
        if (atMost == ContainmentKind.Cgroup && Cgroup.TryCreateFor(id) is { } cgroup)
            return new Containment(id, ContainmentKind.Cgroup, cgroup);
        return new Containment(id, adopts ? ContainmentKind.Subreaper : ContainmentKind.Marker, null);
    }

    /// <summary>Prepares one worker's.</summary>
    public WorkerContainment ForWorker(Func<IReadOnlyCollection<WorkerContainment>> living)
    {
        var lease = $"{Id}.{RandomText.Hex(8)}";
        return new WorkerContainment(Kind, lease, _cgroup?.TryCreate(lease[(Id.Length + 1)..]), living);
    }

    public Task RemoveAsync(TimeProvider time) => _cgroup?.RemoveAsync(time) ?? Task.CompletedTask;
}
