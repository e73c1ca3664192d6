namespace Streams.Supervision;

/// <summary>What the processes of a worker are known by, best first.</summary>
internal enum ContainmentKind
{
    /// <summary>A cgroup (version 2) of the worker's own. Nothing gets out of it.</summary>
    Cgroup,

    /// <summary>The supervisor adopts orphans, and knows the rest by parent, session and marker.</summary>
    Subreaper,

    /// <summary>Parent, session and marker only: an orphan in a session of its own that cleared its environment escapes.</summary>
    Marker,
}
