using System.Collections;
using System.Globalization;
using System.Text;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Supervision;

/// <summary>
/// Starts workers as children of this process, and ends them and everything that came from them. For the local supervisor
/// and the agent: processes that use <see cref="System.Diagnostics.Process"/> for nothing (see <see cref="ChildProcesses"/>).
/// </summary>
internal sealed class WorkerSupervisor : IWorkerSupervisor
{
    // One write to an empty pipe takes this much without anybody reading.
    private const int MaxFirstLine = 4096;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();

    /// <summary>Every worker there was: who asks late for an end still gets it. Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, SupervisedWorker> _workers = [];

    private readonly Containment _containment;
    private readonly SupervisorGuard _guard;
    private readonly TimeProvider _time;
    private readonly ITimer _poll;
    private readonly string _descriptorLimit = SessionLimits.OpenFiles();

    private bool _disposed;

    private WorkerSupervisor(Containment containment, SupervisorGuard guard, TimeProvider time)
    {
        _containment = containment;
        _guard = guard;
        _time = time;
        _poll = time.CreateTimer(_ => Poll(), null, PollInterval, PollInterval);
    }

    /// <summary>What holds the workers: "cgroup", "subreaper" or "marker".</summary>
    public string ContainmentName => _containment.Name;

    /// <summary>Prepares this process for its work, and starts the guard.</summary>
    /// <param name="id">32 hex digits that mark everything below this supervisor; null: random.</param>
    /// <param name="atMost">The best containment to use.</param>
    /// <param name="time">Null: the system's.</param>
    public static async Task<WorkerSupervisor> StartAsync(
        string? id = null, ContainmentKind atMost = ContainmentKind.Cgroup, TimeProvider? time = null)
    {
        NativeMethods.SetInheritedDescriptorsCloseOnExec();
        Failpoint.Hit(Failpoints.SupervisorStarted);
        var containment = Containment.Choose(id ?? RandomText.Hex(16), atMost);
        var guard = await SupervisorGuard.StartAsync(containment).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.SupervisorGuarded);
        return new WorkerSupervisor(containment, guard, time ?? TimeProvider.System);
    }

    /// <summary>Whether such a worker was started here, running or not.</summary>
    public bool Knows(string worker)
    {
        lock (_gate)
            return _workers.ContainsKey(worker);
    }

    public async Task<WorkerStarted> StartAsync(StartWorker start, CancellationToken cancellationToken)
    {
        try
        {
            return await StartCoreAsync(start).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            return new WorkerStarted { Worker = start.Worker, Error = exception.Message };
        }
    }

    public Task<WorkerEnded> EndedAsync(string worker) => Find(worker).Ended;

    public Task<WorkerEnded> StopAsync(string worker, TimeSpan grace) => Find(worker).StopAsync(grace);

    public Task<WorkerSwept> SweepAsync(string worker, IReadOnlyCollection<KeptProcess> kept, CancellationToken cancellationToken) =>
        Find(worker).SweepAsync([.. kept.Select(process => new ProcessIdentity(process.Pid, process.StartTicks))]).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        List<SupervisedWorker> workers;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            workers = [.. _workers.Values];
        }

        await _poll.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(TimeSpan.Zero))).ConfigureAwait(false);
        Failpoint.Hit(Failpoints.SupervisorWorkersEnded);
        await _containment.RemoveAsync(_time).ConfigureAwait(false);
        await _guard.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<WorkerStarted> StartCoreAsync(StartWorker start)
    {
        Failpoint.Hit(Failpoints.SupervisorStartRequested);
        Check(start);
        var containment = _containment.ForWorker(Living);
        if (!containment.IsReady)
            throw new IOException($"no cgroup could be made for it below {_containment.CgroupPath}");
        var output = new WorkerOutput(start.OutputPath);
        try
        {
            return await StartCoreAsync(start, containment, output).ConfigureAwait(false);
        }
        catch
        {
            output.Dispose();
            containment.Cgroup?.Remove();
            throw;
        }
    }

    private async Task<WorkerStarted> StartCoreAsync(StartWorker start, WorkerContainment containment, WorkerOutput output)
    {
        if (!NativeMethods.TryMakePipe(out var readEnd, out var writeEnd))
            throw new IOException("no pipe could be made for its standard input: this process has too many files open");
        try
        {
            var process = await ChildProcesses.OfThisProcess.StartAsync(new SpawnRequest(
                start.Command, EnvironmentOf(start, containment), start.WorkingDirectory, readEnd, output.Descriptor)).ConfigureAwait(false);
            Failpoint.Hit(Failpoints.SupervisorSpawned);
            var held = containment.TryHold(process.Identity);
            Failpoint.Hit(Failpoints.SupervisorContained);
            var worker = new SupervisedWorker(start.Worker, process, containment, output, _time);
            var added = TryAdd(start.Worker, worker);
            _ = worker.FollowAsync();
            if (!added || (!held && !process.Exit.IsCompleted && process.Identity.IsAlive))
            {
                await worker.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
                throw new IOException(added ? $"it could not be moved into {containment.Cgroup!.Path}" : "its supervisor is ending");
            }

            // Only now: a worker does nothing before it has read this line, and now all that it does is contained.
            NativeMethods.TryWriteAll(writeEnd, Encoding.UTF8.GetBytes(start.FirstLine + "\n"));
            Failpoint.Hit(Failpoints.SupervisorGoGiven);
            return new WorkerStarted
            {
                Worker = start.Worker,
                Pid = process.Identity.ProcessId,
                StartTicks = process.Identity.StartTicks,
                Containment = _containment.Name,
            };
        }
        finally
        {
            _ = NativeMethods.Close(readEnd);
            _ = NativeMethods.Close(writeEnd);
        }
    }

    private void Check(StartWorker start)
    {
        if (start.Command.Count == 0 || !Path.IsPathRooted(start.Command[0]))
            throw new IOException("its command has to begin with an absolute path");
        if (start.FirstLine.Contains('\n', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(start.FirstLine) >= MaxFirstLine)
            throw new IOException($"the first line for its standard input has to be one line of less than {MaxFirstLine} bytes");
        if (start.WorkingDirectory.Length > 0 && !Directory.Exists(start.WorkingDirectory))
            throw new IOException($"its working directory {start.WorkingDirectory} does not exist");
        lock (_gate)
        {
            if (_workers.ContainsKey(start.Worker))
                throw new IOException($"there is a worker {start.Worker} already");
        }
    }

    /// <summary>Our own environment, changed as asked for, or the one that was given, and what <see cref="WorkerStartup"/> takes out again.</summary>
    private Dictionary<string, string> EnvironmentOf(StartWorker start, WorkerContainment containment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!start.WholeEnvironment)
        {
            foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables())
                variables[(string)pair.Key] = (string?)pair.Value ?? "";
        }

        foreach (var (name, value) in start.Environment)
            variables[name] = value;
        variables[Containment.MarkerVariable] = containment.MarkerValue;
        variables[WorkerStartup.ParentVariable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        variables[WorkerStartup.DescriptorsVariable] = _descriptorLimit;
        if (_containment.Kind != ContainmentKind.Marker)
            variables[WorkerStartup.AdoptVariable] = "1";
        // Where our own controller has said so for us, the variable that marks it as ours was inherited as well.
        // A killed .NET process leaves three files of its debugger's in the temporary directory, unless told not to make them.
        if (variables.TryAdd(WorkerStartup.DiagnosticsVariable, "0"))
            variables[WorkerStartup.DiagnosticsSetVariable] = "1";
        return variables;
    }

    private bool TryAdd(string id, SupervisedWorker worker)
    {
        lock (_gate)
            return !_disposed && _workers.TryAdd(id, worker);
    }

    private SupervisedWorker Find(string worker)
    {
        lock (_gate)
            return _workers.TryGetValue(worker, out var found) ? found : throw new ArgumentException($"There is no worker {worker}.", nameof(worker));
    }

    private List<WorkerContainment> Living()
    {
        lock (_gate)
            return [.. _workers.Values.Where(worker => !worker.Ended.IsCompleted).Select(worker => worker.Containment)];
    }

    private void Poll()
    {
        List<SupervisedWorker> workers;
        lock (_gate)
            workers = [.. _workers.Values.Where(worker => !worker.Ended.IsCompleted)];
        foreach (var worker in workers)
            worker.Poll();
    }
}
