using System.Globalization;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>One control group (version 2): a directory of the kernel's that holds processes and all their descendants.</summary>
internal sealed class Cgroup(string path)
{
    private static readonly TimeSpan RemoveLimit = TimeSpan.FromSeconds(1);

    public string Path { get; } = path;

    /// <summary>
    /// The group's directory for a supervisor of this id, below the group that this process is in; null if there is no
    /// version 2 hierarchy. Two processes of one group, such as a supervisor and its controller, find the same.
    /// </summary>
    public static string? PathFor(string id)
    {
        var own = ProcFile.ReadText("/proc/self/cgroup").Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[3..];
        if (own is null)
            return null;
        foreach (var line in ProcFile.ReadText("/proc/self/mountinfo").Split('\n'))
        {
            // 36 35 98:0 /root /mount/point options ... - cgroup2 source options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 6 || fields[dash + 1] != "cgroup2" || !(own + "/").StartsWith(fields[3].TrimEnd('/') + "/", StringComparison.Ordinal))
                continue;
            var inside = own[fields[3].TrimEnd('/').Length..].Trim('/');
            return System.IO.Path.Combine(fields[4], inside, $"streams-{id}");
        }

        return null;
    }

    /// <summary>Makes the supervisor's group, if this user may make one and move processes into it.</summary>
    public static Cgroup? TryCreateFor(string id)
    {
        if (PathFor(id) is not { } path || NativeMethods.MakeDirectory(path, 0x1ED) != 0)
            return null;
        var group = new Cgroup(path);
        // Moving needs write access to the common ancestor's list as well: seen by moving a process of our own.
        if (group.TryCreate("probe") is { } probe && ProcFile.TryWrite(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "cgroup.procs"), Self()))
        {
            probe.Remove();
            return group;
        }

        group.Remove();
        return null;
    }

    public Cgroup? TryCreate(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        return NativeMethods.MakeDirectory(path, 0x1ED) == 0 ? new Cgroup(path) : null;
    }

    public bool TryAdd(int processId) => ProcFile.TryWrite(File("cgroup.procs"), processId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends everything in it at once, where the kernel can (Linux 5.14).</summary>
    public void Kill() => ProcFile.TryWrite(File("cgroup.kill"), "1");

    /// <summary>The processes in it and in the groups that its own processes made below it.</summary>
    public List<int> ProcessIds()
    {
        var found = new List<int>();
        AddProcessIds(Path, found);
        return found;
    }

    /// <summary>How often the kernel killed in it for want of memory; null if it does not count here.</summary>
    public long? OutOfMemoryKills()
    {
        foreach (var line in ProcFile.ReadText(File("memory.events")).Split('\n'))
        {
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                return long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
        }

        return null;
    }

    /// <summary>
    /// Removes it and all below it. For a moment after its last process has gone from sight the kernel still counts it, hence
    /// the repetition; what holds a process for longer stays.
    /// </summary>
    public async Task RemoveAsync(TimeProvider time)
    {
        for (var began = time.GetTimestamp(); ;)
        {
            Remove();
            if (!Directory.Exists(Path) || time.GetElapsedTime(began) > RemoveLimit)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(5), time).ConfigureAwait(false);
        }
    }

    /// <summary>The same, tried once: for a group that never held a process.</summary>
    public void Remove() => Remove(Path);

    private static string Self() => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private static void AddProcessIds(string path, List<int> found)
    {
        foreach (var line in ProcFile.ReadText(System.IO.Path.Combine(path, "cgroup.procs")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            found.Add(int.Parse(line, CultureInfo.InvariantCulture));
        foreach (var child in Children(path))
            AddProcessIds(child, found);
    }

    private static void Remove(string path)
    {
        foreach (var child in Children(path))
            Remove(child);
        try
        {
            Directory.Delete(path); // rmdir: the files in it are the kernel's and go with it
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Still populated by what cannot be killed, which is reported as a stray, or gone already.
        }
    }

    private static string[] Children(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
