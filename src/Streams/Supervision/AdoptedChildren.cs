using System.Globalization;
using System.Runtime.InteropServices;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// Reaps the orphans that a worker adopted, as init would: a block that kills its daemon and waits until the process is gone
/// would otherwise wait for ever.
/// </summary>
/// <remarks>
/// A worker's blocks use <see cref="System.Diagnostics.Process"/>, so only a single process may be waited for, and never one
/// of theirs. .NET reaps its own within milliseconds; native code in a block may take longer, but its children are in the
/// worker's session. So: zombies of another session, that were there a second ago already.
/// </remarks>
internal sealed class AdoptedChildren
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly int _session;
    private readonly ITimer _timer;
    private readonly PosixSignalRegistration _childEnded;

    /// <summary>Zombies seen at the last look. Of the timer alone, which does not overlap itself: it is set once per look.</summary>
    private HashSet<ProcessIdentity> _seen = [];

    private AdoptedChildren(TimeProvider time)
    {
        ProcessEntry.TryRead(Environment.ProcessId, out var self);
        _session = self.Session;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _childEnded = PosixSignalRegistration.Create((PosixSignal)NativeMethods.SIGCHLD, _ => _timer.Change(Patience, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Adopts orphans from now on, and reaps them for as long as the process lives.</summary>
    public static AdoptedChildren? TryAdopt(TimeProvider time) => NativeMethods.TryBecomeSubreaper() ? new AdoptedChildren(time) : null;

    /// <summary>Reaps at once. Only while no block runs: nobody else waits for them then.</summary>
    public void ReapAll()
    {
        foreach (var zombie in Zombies())
            _ = NativeMethods.WaitFor(zombie.ProcessId, out _, NativeMethods.WNOHANG);
    }

    private void Look()
    {
        var zombies = Zombies();
        foreach (var zombie in zombies.Where(_seen.Contains))
            _ = NativeMethods.WaitFor(zombie.ProcessId, out _, NativeMethods.WNOHANG);
        zombies.ExceptWith(_seen);
        _seen = zombies;
        if (zombies.Count > 0)
            _timer.Change(Patience, Timeout.InfiniteTimeSpan);
        GC.KeepAlive(_childEnded);
    }

    private HashSet<ProcessIdentity> Zombies() =>
        Children().Where(entry => entry.IsDead && entry.Session != _session).Select(entry => entry.Identity).ToHashSet();

    private static List<ProcessEntry> Children()
    {
        var children = new List<ProcessEntry>();
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            foreach (var word in ProcFile.ReadText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (ProcessEntry.TryRead(int.Parse(word, CultureInfo.InvariantCulture), out var entry))
                    children.Add(entry);
            }
        }

        return children;
    }
}
