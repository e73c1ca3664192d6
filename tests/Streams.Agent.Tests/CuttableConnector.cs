using Streams.Hosts;

namespace Streams.Agent.Tests;

/// <summary>Connections that a test can cut: the first over given pipes, the others over a local shell, as ssh would give one.</summary>
internal sealed class CuttableConnector(Stream output, Stream input) : IHostConnector
{
    private readonly CommandConnector _shell = new("testhost", ["/bin/sh"]);
    private readonly Lock _gate = new();
    private CuttableConnection? _newest;

    public CuttableConnection First { get; } = new(new PipeConnection(output, input));

    public string Host => "testhost";

    /// <summary>While true, no new connection comes about.</summary>
    public bool IsDown { get; set; }

    /// <summary>Logins so far, the first connection not counted.</summary>
    public int Count { get; private set; }

    /// <summary>Applied to each new connection.</summary>
    public Action<CuttableConnection>? Prepare { get; set; }

    public CuttableConnection Newest
    {
        get
        {
            lock (_gate)
                return _newest ?? First;
        }
    }

    public async Task<HostConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (IsDown)
            throw new HostConnectException(HostFailure.ConnectionRefused, "connect", "the link is down, as the test wants");
        var connection = new CuttableConnection(await _shell.ConnectAsync(cancellationToken));
        Prepare?.Invoke(connection);
        lock (_gate)
            (_newest, Count) = (connection, Count + 1);
        return connection;
    }

    private sealed class PipeConnection(Stream output, Stream input) : HostConnection
    {
        public override Stream FromHost => output;

        public override Stream ToHost => input;

        public override Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken) =>
            Task.FromResult(new HostConnectException(HostFailure.ConnectionClosed, stage, "the pipe ended"));

        public override ValueTask DisposeAsync()
        {
            input.Dispose();
            output.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
