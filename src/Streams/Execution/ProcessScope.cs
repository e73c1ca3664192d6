using Streams.Blocks;
using Streams.Remoting;

namespace Streams.Execution;

/// <summary>
/// What all collections of one test process share (D19): the run's identity, this machine's supervisor, and one connection per
/// host. Closed when nobody has used it for a while, and at the process's exit.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "Closed by itself when idle and at the process's exit; its users enter and leave.")]
internal sealed class ProcessScope
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(2);
    private static readonly Lock Gate = new();

    /// <summary>The scope in use or idle; null when there is none. Guarded by <see cref="Gate"/>.</summary>
    private static ProcessScope? _current;

    private readonly Lazy<LocalMachine> _machine;
    private readonly Lazy<InProcessWorkers> _threads = new(InProcessWorkers.Open);
    private readonly HostConnections _hosts;

    /// <summary>How many collections use it. Guarded by <see cref="Gate"/>.</summary>
    private int _users;

    /// <summary>Runs while nobody uses it. Guarded by <see cref="Gate"/>.</summary>
    private ITimer? _idle;

    private ProcessScope(string? workerDirectory)
    {
        _machine = new(() => LocalMachine.Open(workerDirectory));
        _hosts = new HostConnections(Run);
        AppDomain.CurrentDomain.ProcessExit += AtExit;
    }

    /// <summary>Identity of this test process's run: 32 hexadecimal digits.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N");

    /// <param name="workerDirectory">In a worker's process: its private directory, below which all is made.</param>
    public static ProcessScope Enter(string? workerDirectory = null)
    {
        lock (Gate)
        {
            var scope = _current ??= new ProcessScope(workerDirectory);
            scope._users++;
            scope._idle?.Dispose();
            scope._idle = null;
            return scope;
        }
    }

    public void Leave()
    {
        lock (Gate)
        {
            if (--_users == 0 && _current == this)
                _idle = TimeProvider.System.CreateTimer(_ => _ = CloseIfIdleAsync(), null, IdleLimit, Timeout.InfiniteTimeSpan);
        }
    }

    public IBlockExecutor CreateExecutor(StreamHost host, WorkerIdentity identity, StreamCollectionOptions options, SyncParties parties) =>
        new FreshWorkers(host.IsLocal
            ? new LocalExecutor(_machine.Value, identity, options.TimeProvider)
            : new RemoteExecutor(_hosts, host, identity, options, parties));

    /// <summary>A stream in this very process.</summary>
    public IBlockExecutor CreateInProcess(WorkerIdentity identity, StreamCollectionOptions options)
    {
        using (FlowSuppression.Begin())
            return new InProcessExecutor(_threads.Value, identity, options.TimeProvider);
    }

    /// <summary>Closes the scope now if nobody uses it, so that the next collection begins from nothing.</summary>
    internal static Task CloseIdleAsync()
    {
        ProcessScope? scope;
        lock (Gate)
            scope = _current;
        return scope?.CloseIfIdleAsync() ?? Task.CompletedTask;
    }

    private Task CloseIfIdleAsync()
    {
        lock (Gate)
        {
            if (_users > 0 || _current != this)
                return Task.CompletedTask;
            _current = null;
            _idle?.Dispose();
        }

        AppDomain.CurrentDomain.ProcessExit -= AtExit;
        return CloseAsync();
    }

    private void AtExit(object? sender, EventArgs arguments)
    {
        try
        {
            CloseAsync().Wait(ExitLimit);
        }
        catch (AggregateException)
        {
            // The results are told already, and the supervisor and the leases end what is left: an exception here could only
            // turn a finished program into a crashed one.
        }
    }

    private async Task CloseAsync()
    {
        await _hosts.DisposeAsync().ConfigureAwait(false);
        if (_machine.IsValueCreated)
            await _machine.Value.DisposeAsync().ConfigureAwait(false);
        if (_threads.IsValueCreated)
            await _threads.Value.DisposeAsync().ConfigureAwait(false);
    }
}
