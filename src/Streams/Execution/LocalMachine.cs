using System.Globalization;
using Streams.Blocks.Verdicts;
using Streams.Processes;
using Streams.Supervision;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>This machine as a place for workers: one per test process, shared by all its collections (D19, D20).</summary>
internal sealed class LocalMachine : IAsyncDisposable
{
    private readonly PrivateDirectory _directory;
    private readonly WorkerGate _gate;
    private readonly DotnetLaunch _launch;
    private int _lastWorker;

    private LocalMachine(PrivateDirectory directory, WorkerGate gate, DotnetLaunch launch, IWorkerSupervisor supervisor)
    {
        _directory = directory;
        _gate = gate;
        _launch = launch;
        Supervisor = supervisor;
    }

    public IWorkerSupervisor Supervisor { get; }

    /// <exception cref="StreamsException">This process cannot start workers; the message says why, and what to do.</exception>
    public static LocalMachine Open()
    {
        try
        {
            var launch = DotnetLaunch.Find();
            var directory = PrivateDirectory.Create();
            var gate = new WorkerGate(directory["workers.sock"]);
            return new LocalMachine(directory, gate, launch, new SupervisorClient(launch.Command("supervise"), directory.Root));
        }
        catch (IOException exception)
        {
            throw new StreamsException($"No worker can be started on this machine: {exception.Message}", exception);
        }
    }

    /// <summary>Starts a worker and waits until it has said hello.</summary>
    /// <exception cref="StreamsException">It did not start; the message says why, with its last output.</exception>
    public async Task<LocalWorker> StartWorkerAsync(WorkerIdentity identity, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var id = "w" + Interlocked.Increment(ref _lastWorker).ToString(CultureInfo.InvariantCulture);
        var outputPath = _directory[id + ".out"];
        var token = RandomText.Hex(16);
        var connected = _gate.Expect(id, token);
        try
        {
            var started = await Supervisor.StartAsync(Start(id, outputPath, token), cancellationToken).ConfigureAwait(false);
            if (started.Error.Length > 0)
                throw Failed(identity, $"could not be started: {started.Error}", []);
            var ended = Supervisor.EndedAsync(id);
            await Task.WhenAny(connected, ended).WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
            if (!connected.IsCompletedSuccessfully)
                throw EndedEarly(identity, await ended.ConfigureAwait(false), outputPath);
        }
        catch (IOException exception)
        {
            throw Failed(identity, $"could not be started: {exception.Message}", [], exception);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _ = Supervisor.StopAsync(id, TimeSpan.Zero);
            if (exception is OperationCanceledException)
                throw;
            throw Failed(identity, $"started but did not say hello within {Durations.InWords(limit)}", OutputTail.Read(outputPath), exception);
        }
        finally
        {
            _gate.Forget(id);
        }

        var channel = await connected.ConfigureAwait(false);
        channel.TrySend(new ToWorker
        {
            Welcome = new Welcome { Protocol = WireLimits.Protocol, Run = identity.Run, Collection = identity.Collection, Stream = identity.Stream, Host = identity.Host },
        });
        var output = File.OpenHandle(outputPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new LocalWorker(id, channel, outputPath, output);
    }

    public async ValueTask DisposeAsync()
    {
        await Supervisor.DisposeAsync().ConfigureAwait(false);
        await _gate.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }

    private StartWorker Start(string id, string outputPath, string token) => new()
    {
        Worker = id,
        Command = { _launch.Command("worker", _gate.Path, id) },
        WorkingDirectory = Environment.CurrentDirectory,
        OutputPath = outputPath,
        FirstLine = token,
    };

    private static StreamsException EndedEarly(WorkerIdentity identity, WorkerEnded ended, string outputPath) => Failed(
        identity,
        ended.Describe(OutputTail.Read(outputPath, lines: DeathVerdict.LinesToDiagnose)) + " before it said hello",
        OutputTail.Read(outputPath));

    private static StreamsException Failed(WorkerIdentity identity, string why, IReadOnlyList<string> tail, Exception? cause = null) =>
        new(FailedStart.Describe(identity.Stream, identity.Host, why, tail), cause);
}
