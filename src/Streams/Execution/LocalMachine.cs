using System.Globalization;
using Streams.Blocks.Verdicts;
using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>This machine as a place for workers: one per test process, shared by all its collections (D19, D20).</summary>
internal sealed class LocalMachine : IAsyncDisposable
{
    private static readonly TimeSpan SpareStartLimit = TimeSpan.FromMinutes(1);

    private readonly PrivateDirectory _directory;
    private readonly WorkerGate _gate;
    private readonly DotnetLaunch _launch;
    private readonly Lock _spareGate = new();
    private int _lastWorker;

    /// <summary>Being started or ready; null: none. Guarded by <see cref="_spareGate"/>.</summary>
    private Task<LocalWorker>? _spare;

    /// <summary>What it was started in. Guarded by <see cref="_spareGate"/>.</summary>
    private ProcessSurroundings? _spareSurroundings;
    private bool _disposed;

    /// <summary>False in a worker's process: what its block does not use must not be there at its end.</summary>
    private readonly bool _keepsSpare;

    private LocalMachine(PrivateDirectory directory, WorkerGate gate, DotnetLaunch launch, IWorkerSupervisor supervisor, bool keepsSpare)
    {
        _keepsSpare = keepsSpare;
        _directory = directory;
        _gate = gate;
        _launch = launch;
        Supervisor = supervisor;
    }

    /// <summary>False: every stream starts its own process. For measuring.</summary>
    public static bool UseSpares { get; set; } = true;

    public IWorkerSupervisor Supervisor { get; }

    /// <param name="workerDirectory">In a worker's process: its private directory, which others remove if this process is killed.</param>
    /// <exception cref="StreamsException">This process cannot start workers; the message says why, and what to do.</exception>
    public static LocalMachine Open(string? workerDirectory = null)
    {
        try
        {
            var launch = DotnetLaunch.Find();
            var directory = workerDirectory is null ? PrivateDirectory.Create() : PrivateDirectory.CreateBelow(workerDirectory);
            var gate = new WorkerGate(directory["workers.sock"]);
            if (workerDirectory is null)
                _ = Task.Run(() => DeadRuns.SweepAsync(DeadRuns.Places, TimeProvider.System));
            return new LocalMachine(directory, gate, launch, new SupervisorClient(launch.Command("supervise", "--directory", directory.Root), directory.Root), keepsSpare: workerDirectory is null);
        }
        catch (IOException exception)
        {
            throw new StreamsException($"No worker can be started on this machine: {exception.Message}", exception);
        }
    }

    /// <summary>A worker for a stream: the spare one if there is one, else a new one, which has said hello when this returns.</summary>
    /// <exception cref="StreamsException">It did not start; the message says why, with its last output.</exception>
    public async Task<LocalWorker> StartWorkerAsync(WorkerIdentity identity, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var surroundings = ProcessSurroundings.Now();
        var worker = TakeSpare(surroundings) ?? await StartAsync($"of stream '{identity.Stream}'", surroundings, limit, timeProvider, cancellationToken).ConfigureAwait(false);
        worker.Channel.TrySend(new ToWorker
        {
            Welcome = new Welcome { Protocol = WireLimits.Protocol, Run = identity.Run, Collection = identity.Collection, Stream = identity.Stream, Host = identity.Host },
        });
        return worker;
    }

    /// <summary>
    /// Makes a spare worker in the background, unless there is one: the next stream's first block then need not wait for a
    /// process to start. Called when a stream's first block is over, so that it costs that block nothing.
    /// </summary>
    public void KeepSpare()
    {
        lock (_spareGate)
        {
            if (!UseSpares || !_keepsSpare || _disposed || _spare is not null)
                return;
            _spareSurroundings = ProcessSurroundings.Now();
            _spare = StartAsync("kept as a spare", _spareSurroundings, SpareStartLimit, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>The spare worker, if it is alive and was started in the same directory and environment as a new one would be.</summary>
    private LocalWorker? TakeSpare(ProcessSurroundings surroundings)
    {
        lock (_spareGate)
        {
            if (_spare is not { IsCompleted: true } spare)
                return null; // Still starting: a new one is as fast.
            _spare = null;
            if (spare.IsCompletedSuccessfully && !spare.Result.Channel.Ended.IsCompleted && surroundings.Equal(_spareSurroundings))
                return spare.Result;
            _ = spare.Exception;
            if (spare.IsCompletedSuccessfully)
                Discard(spare.Result);
            return null;
        }
    }

    private static void Discard(LocalWorker spare)
    {
        spare.Channel.TrySend(new ToWorker { Shutdown = new Shutdown() });
        spare.Dispose();
    }

    private async Task<LocalWorker> StartAsync(string purpose, ProcessSurroundings surroundings, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var id = "w" + Interlocked.Increment(ref _lastWorker).ToString(CultureInfo.InvariantCulture);
        var outputPath = _directory[id + ".out"];
        var token = RandomText.Hex(16);
        var connected = _gate.Expect(id, token);
        try
        {
            Failpoint.Hit(Failpoints.ControllerWorkerRequested);
            var started = await Supervisor.StartAsync(Start(id, surroundings, outputPath, token), cancellationToken).ConfigureAwait(false);
            if (started.Error.Length > 0)
                throw Failed(purpose, $"could not be started: {started.Error}", []);
            var ended = Supervisor.EndedAsync(id);
            await Task.WhenAny(connected, ended).WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
            if (!connected.IsCompletedSuccessfully)
                throw EndedEarly(purpose, await ended.ConfigureAwait(false), outputPath);
        }
        catch (IOException exception)
        {
            throw Failed(purpose, $"could not be started: {exception.Message}", [], exception);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _ = Supervisor.StopAsync(id, TimeSpan.Zero);
            if (exception is OperationCanceledException)
                throw;
            throw Failed(purpose, $"started but did not say hello within {Durations.InWords(limit)}", OutputTail.Read(outputPath), exception);
        }
        finally
        {
            _gate.Forget(id);
        }

        var channel = await connected.ConfigureAwait(false);
        Failpoint.Hit(Failpoints.ControllerWorkerConnected);
        var output = File.OpenHandle(outputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new LocalWorker(id, channel, outputPath, output);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_spareGate)
            _disposed = true;
        Failpoint.Hit(Failpoints.ControllerClosing);
        await Supervisor.DisposeAsync().ConfigureAwait(false);
        await _gate.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }

    private StartWorker Start(string id, ProcessSurroundings surroundings, string outputPath, string token) => new()
    {
        Worker = id,
        Command = { _launch.Command("worker", _gate.Path, id) },
        WorkingDirectory = surroundings.Directory,
        Environment = { surroundings.Variables },
        WholeEnvironment = true,
        OutputPath = outputPath,
        FirstLine = token,
    };

    private static StreamsException EndedEarly(string purpose, WorkerEnded ended, string outputPath) => Failed(
        purpose,
        ended.Describe(OutputTail.Read(outputPath, lines: DeathVerdict.LinesToDiagnose)) + " before it said hello",
        OutputTail.Read(outputPath));

    private static StreamsException Failed(string purpose, string why, IReadOnlyList<string> tail, Exception? cause = null) =>
        new(FailedStart.Describe(purpose, StreamHost.Local.ToString(), why, tail), cause);
}
