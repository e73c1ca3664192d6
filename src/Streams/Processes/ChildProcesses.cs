using System.Collections.Concurrent;

namespace Streams.Processes;

/// <summary>
/// The children of a supervising process: one thread starts them, another reaps them and whatever orphans this process
/// is given as subreaper.
/// </summary>
/// <remarks>
/// Waits for any child (<c>waitpid(-1)</c> in effect), which is allowed in a process that never uses
/// <see cref="System.Diagnostics.Process"/>, and only there: beside it, <c>Process.WaitForExit</c> would hang for good, as we
/// would take its children's ends away. Hence this type is for the supervisor and the agent, never for a test process.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The only one lives as long as the process.")]
internal sealed class ChildProcesses
{
    private static readonly Lazy<ChildProcesses> Only = new(() => new ChildProcesses());

    // A child dies with the thread that started it (PR_SET_PDEATHSIG), and pool threads retire: so this one never ends.
    private readonly BlockingCollection<Action> _starts = [];
    private readonly SemaphoreSlim _childrenMayExist = new(0);
    private readonly Lock _gate = new();

    /// <summary>Those not reaped yet. Guarded by <see cref="_gate"/>, which also keeps a new child from being reaped unknown.</summary>
    private readonly Dictionary<int, ChildProcess> _children = [];

    private ChildProcesses()
    {
        // A parent that ignores SIGCHLD hands that down, and then the kernel reaps our children before we see how they ended.
        NativeMethods.SetSignalHandler(NativeMethods.SIGCHLD, 0);
        new Thread(StartAll) { IsBackground = true, Name = "Streams process starter" }.Start();
        new Thread(ReapAll) { IsBackground = true, Name = "Streams process reaper" }.Start();
    }

    /// <summary>Those of this process. There can only be one reaper.</summary>
    public static ChildProcesses OfThisProcess => Only.Value;

    /// <summary>Starts a child. The descriptors of the request must stay open until the task completes.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    public Task<ChildProcess> StartAsync(SpawnRequest request)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() =>
        {
            try
            {
                started.SetResult(StartCore(request));
            }
            catch (Exception exception)
            {
                started.SetException(exception); // whatever it is, the caller must hear of it and this thread must go on
            }
        });
        return started.Task;
    }

    /// <summary>Whether this is a child that was started here, not an adopted one.</summary>
    public bool IsStarted(int processId)
    {
        lock (_gate)
            return _children.ContainsKey(processId);
    }

    /// <summary>Signals the child's whole process group, if the child was not reaped yet: later its id may be another's.</summary>
    public bool TrySignalGroup(ChildProcess child, int signal)
    {
        lock (_gate)
            return _children.ContainsKey(child.Identity.ProcessId) && NativeMethods.Kill(-child.Identity.ProcessId, signal) == 0;
    }

    private ChildProcess StartCore(SpawnRequest request)
    {
        ChildProcess child;
        lock (_gate)
        {
            var processId = Spawner.Start(request);
            // Not reaped yet, so there is an entry even if it has ended already.
            ProcessEntry.TryRead(processId, out var entry);
            child = new ChildProcess(new ProcessIdentity(processId, entry.StartTicks));
            _children.Add(processId, child);
        }

        _childrenMayExist.Release();
        return child;
    }

    private void StartAll()
    {
        foreach (var start in _starts.GetConsumingEnumerable())
            start();
    }

    private void ReapAll()
    {
        while (true)
        {
            var processId = NativeMethods.WaitForAnyToEnd();
            if (processId == 0)
            {
                _childrenMayExist.Wait(); // no child now; orphans come only from children's children
                continue;
            }

            ChildProcess? child;
            int status;
            lock (_gate)
            {
                if (NativeMethods.WaitFor(processId, out status, NativeMethods.WNOHANG) != processId)
                    continue;
                _children.Remove(processId, out child);
            }

            child?.Complete(ProcessExit.FromWaitStatus(status));
        }
    }
}
