namespace Streams.Processes;

/// <summary>A process with all that came from it, as far as parents and process groups tell.</summary>
internal static class ProcessTree
{
    /// <summary>What runs of it now: the first process itself, its group, also when it has ended, and all descendants. No zombies.</summary>
    public static List<ProcessEntry> Below(ProcessIdentity first) => Select(ProcessEntry.ReadAll(), [first]).FindAll(entry => !entry.IsDead);

    /// <summary>Those of a table that belong to the trees of these processes.</summary>
    public static List<ProcessEntry> Select(List<ProcessEntry> table, IReadOnlyCollection<ProcessIdentity> firsts)
    {
        var ids = new HashSet<int>();
        foreach (var first in firsts)
        {
            // An id that was given to another process says nothing about ours, nor about its group.
            if (table.Exists(entry => entry.ProcessId == first.ProcessId && entry.StartTicks != first.StartTicks))
                continue;
            foreach (var entry in table)
            {
                if (entry.Identity == first || (entry.Group == first.ProcessId && entry.StartTicks >= first.StartTicks))
                    ids.Add(entry.ProcessId);
            }
        }

        AddDescendants(table, ids);
        return table.FindAll(entry => ids.Contains(entry.ProcessId));
    }

    public static void AddDescendants(List<ProcessEntry> table, HashSet<int> ids)
    {
        var grew = ids.Count > 0;
        while (grew)
        {
            grew = false;
            foreach (var entry in table)
                grew |= ids.Contains(entry.Parent) && ids.Add(entry.ProcessId);
        }
    }
}
