using Streams.Processes;
using Streams.Wire;

namespace Streams.Supervision;

/// <summary>
/// The controller's side of its local supervisor: starts that process when it is first needed, and a new one when it
/// was lost.
/// </summary>
internal sealed class SupervisorClient : IWorkerSupervisor
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<string> _command;
    private readonly string _directory;
    private readonly TimeProvider _time;

    /// <summary>The one in use; guarded by <see cref="_gate"/>.</summary>
    private SupervisorConnection? _connection;

    /// <summary>Which supervisor each worker belongs to; guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, SupervisorConnection> _workers = [];

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private RunNote _note = RunNote.OfThisProcess();
    private bool _disposed;

    /// <summary>Remembers how to start it; starts nothing yet.</summary>
    /// <param name="command">The supervisor's command line, from <see cref="DotnetLaunch"/>.</param>
    /// <param name="directory">A private directory for what it has to say on standard error.</param>
    /// <param name="time">Null: the system's.</param>
    public SupervisorClient(IReadOnlyList<string> command, string directory, TimeProvider? time = null)
    {
        _command = command;
        _directory = directory;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The supervisor's process id; null if none runs.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
                return _connection is { IsLost: false } connection ? connection.ProcessId : null;
        }
    }

    /// <summary>Starts the supervisor ahead of its first use, in the background.</summary>
    /// <exception cref="SupervisorLostException">It could not be started.</exception>
    public void Start() => Connect();

    public async Task<WorkerStarted> StartAsync(StartWorker start, CancellationToken cancellationToken)
    {
        var connection = Connect();
        lock (_gate)
            _workers[start.Worker] = connection;
        return await connection.StartAsync(start).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<WorkerEnded> EndedAsync(string worker) => Find(worker).EndedAsync(worker);

    public Task<WorkerEnded> StopAsync(string worker, TimeSpan grace) => Find(worker).StopAsync(worker, grace);

    public Task<WorkerSwept> SweepAsync(string worker, IReadOnlyCollection<KeptProcess> kept, CancellationToken cancellationToken) =>
        Find(worker).SweepAsync(worker, kept).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        SupervisorConnection? connection;
        lock (_gate)
        {
            _disposed = true;
            (connection, _connection) = (_connection, null);
        }

        if (connection is not null)
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    private SupervisorConnection Connect()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connection is null or { IsLost: true })
                _connection = StartLocked();
            return _connection;
        }
    }

    private SupervisorConnection StartLocked()
    {
        // Noted before it begins: if all of us are killed in between, the next run knows what to look for.
        var id = RandomText.Hex(16);
        Note(id, default);
        Failpoint.Hit(Failpoints.ControllerSupervisorStarting);
        var connection = SupervisorConnection.Start(_command, id, _directory, _time);
        Note(id, ProcessIdentity.Of(connection.ProcessId) ?? default);
        Failpoint.Hit(Failpoints.ControllerSupervisorStarted);
        return connection;

        void Note(string supervisor, ProcessIdentity process)
        {
            _note = _note.With(supervisor, process);
            try
            {
                _note.Write(_directory);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A net less, of several; starting a worker will tell what is wrong with the directory.
            }
        }
    }

    private SupervisorConnection Find(string worker)
    {
        lock (_gate)
            return _workers.TryGetValue(worker, out var found) ? found : throw new ArgumentException($"There is no worker {worker}.", nameof(worker));
    }
}
