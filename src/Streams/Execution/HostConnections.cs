using Streams.Hosts;
using Streams.Remoting;
using Streams.Remoting.Bundles;

namespace Streams.Execution;

/// <summary>One connection and one agent per host, shared by all streams of the process on that host (D6, D19).</summary>
internal sealed class HostConnections(string run) : IAsyncDisposable
{
    private static readonly BundleSet Bundles = new(
        new ResourceBundle("agent", typeof(HostConnections).Assembly, "agent/"), ProgramBundle.OfThisProcess, RuntimeBundle.OfThisProcess);

    private readonly Lock _gate = new();

    /// <summary>By host and ssh configuration; being made, made, or failed. Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<(StreamHost Host, string? Configuration), Task<AgentConnection>> _connections = [];

    private readonly CancellationTokenSource _closing = new();

    /// <summary>The connection to the host: the one that is there, or a new one. Callers share both the work and its failure.</summary>
    /// <exception cref="HostConnectException">The host cannot be reached or prepared.</exception>
    public Task<AgentConnection> GetAsync(StreamHost host, StreamCollectionOptions options, CancellationToken cancellationToken)
    {
        Task<AgentConnection> connection;
        lock (_gate)
        {
            var key = (host, options.Ssh.ConfigFile);
            if (!_connections.TryGetValue(key, out connection!) || IsOver(connection))
                _connections[key] = connection = Task.Run(() => ConnectAsync(host, options, _closing.Token), CancellationToken.None);
        }

        return connection.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        List<Task<AgentConnection>> connections;
        lock (_gate)
            connections = [.. _connections.Values];
        await Task.WhenAll(connections.Select(CloseAsync)).ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>A failed or lost connection is made anew by the next stream that wants it.</summary>
    private static bool IsOver(Task<AgentConnection> connection) =>
        connection.IsFaulted || connection.IsCanceled || (connection.IsCompletedSuccessfully && connection.Result.Lost.IsCompleted);

    private async Task<AgentConnection> ConnectAsync(StreamHost host, StreamCollectionOptions options, CancellationToken cancellationToken)
    {
        var connector = host.CreateConnector(options.Ssh);
        var start = new BootstrapOptions { Entry = ProgramBundle.EntryOfThisProcess, Time = options.TimeProvider };
        var started = await Bootstrapper.StartAsync(connector, Bundles, start, cancellationToken).ConfigureAwait(false);
        var attach = new AgentConnectionOptions
        {
            Run = run,
            Host = host.ToString(),
            Lease = options.Lease,
            Reconnector = new HostReconnector(connector, started.AgentDiagnostics, start),
            Time = options.TimeProvider,
        };
        return await AgentConnection.OpenAsync(started, attach, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CloseAsync(Task<AgentConnection> connection)
    {
        try
        {
            await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StreamsException or OperationCanceledException)
        {
            // It never came about; the streams that wanted it have said so.
        }
    }
}
