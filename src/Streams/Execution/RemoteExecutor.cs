using Streams.Blocks;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>One stream on another host: joins the host's connection, which others share, then leaves everything to the agent.</summary>
internal sealed class RemoteExecutor(HostConnections hosts, StreamHost host, WorkerIdentity identity, StreamCollectionOptions options, SyncParties parties) : IBlockExecutor
{
    private readonly SemaphoreSlim _connecting = new(1, 1);

    /// <summary>Null until the host is connected. Written under <see cref="_connecting"/>.</summary>
    private AgentExecutor? _agent;

    /// <summary>Told again to every later block: a host that could not be reached once is not tried for each. Written likewise.</summary>
    private StreamsException? _failure;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var agent = _agent ?? await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await agent.PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop) =>
        (_agent ?? throw new InvalidOperationException("The executor has not been prepared.")).RunAsync(specification, events, stop);

    public Task StopAsync(TimeSpan grace) => _agent?.StopAsync(grace) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_agent is { } agent)
            await agent.DisposeAsync().ConfigureAwait(false);
        _connecting.Dispose();
    }

    private async Task<AgentExecutor> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_agent is not null)
                return _agent;
            if (_failure is not null)
                throw _failure;
            var connection = await hosts.GetAsync(host, options, cancellationToken).ConfigureAwait(false);
            return _agent = connection.CreateExecutor(new AgentExecutorOptions
            {
                Collection = identity.Collection,
                Stream = identity.Stream,
                ConnectSync = parties.ConnectAsync,
            });
        }
        catch (StreamsException exception)
        {
            _failure = exception;
            throw;
        }
        finally
        {
            _connecting.Release();
        }
    }
}
