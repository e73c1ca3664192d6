using Streams.Blocks;
using Streams.Blocks.Verdicts;
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
        while (true)
        {
            var agent = _agent ?? await ConnectAsync(cancellationToken).ConfigureAwait(false);
            // Another stream may be starting the host anew, which ends this agent, but not this stream.
            await agent.Connection.RebootOver.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!agent.Connection.HasRebooted)
            {
                try
                {
                    await agent.PrepareAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (HostConnectException) when (agent.Connection.HasRebooted)
                {
                    // It began at this very moment.
                }
            }

            Interlocked.CompareExchange(ref _agent, null, agent);
        }
    }

    public Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        var agent = _agent ?? throw new InvalidOperationException("The executor has not been prepared.");
        return specification.WorkCase switch
        {
            BlockSpec.WorkOneofCase.Reboot => RebootAsync(agent.Connection, specification, events, stop),
            BlockSpec.WorkOneofCase.Transfer => TransferRun.RunAsync(specification, events, options.TimeProvider, new AgentTransfer(agent.Connection).RunAsync, stop),
            _ => agent.RunAsync(specification, events, stop),
        };
    }

    public Task StopAsync(TimeSpan grace) => _agent?.StopAsync(grace) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_agent is { } agent)
            await agent.DisposeAsync().ConfigureAwait(false);
        _connecting.Dispose();
    }

    /// <summary>Passed when the host is up with another boot id and a worker of this stream runs there.</summary>
    private async Task<BlockVerdict> RebootAsync(AgentConnection connection, BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        var time = options.TimeProvider;
        var began = time.GetTimestamp();
        var limit = specification.TimeLimitMs > 0 ? TimeSpan.FromMilliseconds(specification.TimeLimitMs) : Timeout.InfiniteTimeSpan;
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            events.Started();
            Log($"rebooting {host}");
            await connection.RebootAsync(linked.Token).ConfigureAwait(false);
            Log($"{host} is up again");
            await PrepareAsync(linked.Token).ConfigureAwait(false);
            return new BlockVerdict { Outcome = BlockOutcome.Pass, Reason = OutcomeReason.FinalMessage, Message = "", Received = true, Elapsed = time.GetElapsedTime(began) };
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return HostReboots.NotBack(host.ToString(), stop.IsCancellationRequested, limit);
        }
        catch (StreamsException exception)
        {
            return UnstartedVerdict.Failed(exception.Message, streamIsLost: connection.Lost.IsCompleted);
        }

        void Log(string text) => events.Logged(time.GetUtcNow(), Microsoft.Extensions.Logging.LogLevel.Information, text);
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
