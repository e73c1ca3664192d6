using Streams.Processes;
using Streams.Wire;

namespace Streams.Supervision;

/// <summary>One worker of a <see cref="WorkerSupervisor"/>, from its start until nothing of it is left.</summary>
internal sealed class SupervisedWorker(string id, ChildProcess process, WorkerContainment containment, WorkerOutput output, TimeProvider time)
{
    private readonly TaskCompletionSource<WorkerEnded> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutOfMemoryWatch _memory = new(containment.Cgroup);
    private volatile bool _endedByUs;
    private volatile List<string> _threads = [];

    public WorkerContainment Containment => containment;

    public Task<WorkerEnded> Ended => _ended.Task;

    /// <summary>Follows the worker to its end. To be started once.</summary>
    public async Task FollowAsync()
    {
        try
        {
            var exit = await process.Exit.ConfigureAwait(false);
            Failpoint.Hit(Failpoints.SupervisorWorkerReaped);
            var outOfMemory = exit.Signal == NativeMethods.SIGKILL && !_endedByUs && _memory.HasKilled();
            var rest = await EndAsync().ConfigureAwait(false);
            Failpoint.Hit(Failpoints.SupervisorLeftoversEnded);
            rest.Strays.AddRange(containment.FindSuspects());
            var ended = new WorkerEnded
            {
                Worker = id,
                ExitCode = exit.ExitCode,
                Signal = exit.Signal,
                EndedBySupervisor = _endedByUs,
                KernelOutOfMemory = outOfMemory,
                Swept = rest.Ended,
                Threads = { _threads },
            };
            rest.AddStraysTo(ended.Strays);
            _ended.TrySetResult(ended);
        }
        catch (Exception exception)
        {
            _ended.TrySetException(exception); // never seen, and somebody waits for it
        }
        finally
        {
            output.Dispose();
            if (containment.Cgroup is { } cgroup)
                await cgroup.RemoveAsync(time).ConfigureAwait(false);
        }
    }

    public async Task<WorkerEnded> StopAsync(TimeSpan grace)
    {
        Failpoint.Hit(Failpoints.SupervisorStopRequested);
        if (!process.Exit.IsCompleted)
        {
            _endedByUs = true;
            if (grace > TimeSpan.Zero && ChildProcesses.OfThisProcess.TrySignalGroup(process, NativeMethods.SIGTERM))
            {
                Failpoint.Hit(Failpoints.SupervisorTermSent);
                await Task.WhenAny(process.Exit, Task.Delay(grace, time)).ConfigureAwait(false);
            }

            if (!process.Exit.IsCompleted)
                await KillAsync().ConfigureAwait(false);
        }

        return await Ended.ConfigureAwait(false);
    }

    /// <summary>Ends what its blocks left, save what they keep.</summary>
    public async Task<WorkerSwept> SweepAsync(IReadOnlyCollection<ProcessIdentity> kept)
    {
        Failpoint.Hit(Failpoints.SupervisorSweepRequested);
        var result = await Ending.RunAsync(() => containment.FindLeftovers(kept), WorkerContainment.ScansToBeSure, killAtOnce: null, time).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.SupervisorSwept);
        var swept = new WorkerSwept { Worker = id, Swept = result.Ended };
        result.AddStraysTo(swept.Strays);
        return swept;
    }

    /// <summary>What has to be looked at from time to time while it runs.</summary>
    public void Poll()
    {
        _memory.Poll();
        output.Bound();
    }

    private async Task KillAsync()
    {
        Failpoint.Hit(Failpoints.SupervisorKilling);
        _threads = ThreadTable.Describe(process.Identity.ProcessId); // it did not heed being asked: this is the last chance to see why
        var result = await EndAsync().ConfigureAwait(false);
        // The kernel does not let go of it. Whoever waits has to hear so now, not when it does.
        if (result.Strays.Exists(stray => stray.Identity == process.Identity))
        {
            var ended = new WorkerEnded { Worker = id, ExitCode = -1, Signal = NativeMethods.SIGKILL, EndedBySupervisor = true, Swept = result.Ended, Threads = { _threads } };
            result.AddStraysTo(ended.Strays);
            _ended.TrySetResult(ended);
        }
    }

    private Task<EndResult> EndAsync() => Ending.RunAsync(
        containment.Find, WorkerContainment.ScansToBeSure, containment.Cgroup is { } cgroup ? cgroup.Kill : null, time);
}
