using System.Globalization;
using Streams.Hosts;
using Streams.Processes;
using Streams.Remoting.Grpc;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// The controller's end of one agent: one per host and test process, shared by all streams there. One loop receives and
/// hands events to the executor of their worker; heartbeats tell that the agent lives, and renew its lease.
/// </summary>
internal sealed class AgentConnection : IAsyncDisposable
{
    private const string AttachMethod = "/streams.v1.Agent/Attach";
    private const string DescribeMethod = "/streams.v1.Agent/Describe";
    private const int AcknowledgeAfterEvents = 32;
    private const int AcknowledgeAfterBytes = 256 * 1024;

    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    private readonly AgentConnectionOptions _options;

    /// <summary>Asked once, after the loss: whether the agent's own end is what ended the connection.</summary>
    private readonly Lazy<Task<bool>> _agentHasEnded;
    private readonly HostConnection _transport;
    private readonly GrpcClient _client;
    private readonly GrpcCall<FromAgent> _call;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<AgentLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AgentSyncChannels _channels;

    /// <summary>Who is told of a worker's events. Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, Action<AgentEvent>> _workers = [];
    private int _lastWorker;

    /// <summary>Receiving loop only.</summary>
    private ulong _lastSequence;
    private int _unacknowledgedEvents;
    private int _unacknowledgedBytes;

    /// <summary>When something last came from the agent; the lease cannot end later than counted from here.</summary>
    private long _lastHeard;
    private int _goodbye;
    private Task _receiving = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;

    private AgentConnection(StartedAgent started, AgentConnectionOptions options)
    {
        _agentHasEnded = new Lazy<Task<bool>>(started.Connection.FarProgramHasEndedAsync);
        _options = options;
        _transport = started.Connection;
        _client = new GrpcClient(new DuplexStream(started.Connection.FromHost, started.Connection.ToHost), options.Time);
        _call = _client.Open(AttachMethod, FromAgent.Parser, deadline: null, _over.Token);
        _lastHeard = options.Time.GetTimestamp();
        _channels = new AgentSyncChannels(SendAsync);
    }

    /// <summary>The host as its author wrote it.</summary>
    public string Host => _options.Host;

    public TimeProvider Time => _options.Time;

    /// <summary>The agent's random name; a restarted agent has another one.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>Completes when the connection has ended, by whatever means.</summary>
    public Task<AgentLoss> Lost => _lost.Task;

    /// <summary>The longest that something may still run on the host after the connection was lost.</summary>
    public TimeSpan LeaseAndKill => _options.Lease == TimeSpan.Zero ? _options.KillBudget : (_options.Lease * 1.01) + _options.KillBudget;

    /// <summary>Attaches to an agent that was just started, and takes its connection over: also when this fails.</summary>
    /// <exception cref="HostConnectException">The agent did not answer, or not as an agent of this version does.</exception>
    public static async Task<AgentConnection> OpenAsync(StartedAgent started, AgentConnectionOptions options, CancellationToken cancellationToken)
    {
        var connection = new AgentConnection(started, options);
        try
        {
            await connection.AttachAsync().WaitAsync(options.AttachLimit, options.Time, cancellationToken).ConfigureAwait(false);
            connection._receiving = connection.ReceiveAsync();
            connection._watching = connection.WatchAsync();
            return connection;
        }
        catch (Exception exception) when (exception is GrpcException or TimeoutException)
        {
            var why = exception is TimeoutException ? $"it did not answer within {options.AttachLimit.TotalSeconds:0} s" : PrintableText.CleanLine(exception.Message);
            var cause = exception is GrpcException { Status: GrpcStatusCode.Unavailable } ? await ExplainAsync(started).ConfigureAwait(false) : null;
            await connection.CloseAsync().ConfigureAwait(false);
            var said = await started.ReadDiagnosticsAsync(cancellationToken).ConfigureAwait(false);
            throw new HostConnectException(
                HostFailure.AgentFailed, "agent",
                $"The agent on {options.Host} was started but cannot be used: {why}.{(cause is null ? "" : "\n  " + cause.Message)}\n  Its own messages are on {options.Host} in {started.AgentDiagnostics}"
                + (said.Count == 0 ? "." : $", the last ones:\n    | {string.Join("\n    | ", said)}"),
                cause ?? exception);
        }
        catch
        {
            await connection.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An executor for one stream; each starts workers of its own.</summary>
    public AgentExecutor CreateExecutor(AgentExecutorOptions options) => new(this, options);

    /// <summary>What the agent says of itself and its host. Not validated, not escaped.</summary>
    public Task<HostDescription> DescribeAsync(CancellationToken cancellationToken) =>
        _client.CallAsync(DescribeMethod, new DescribeRequest(), HostDescription.Parser, _options.Silence, cancellationToken);

    /// <summary>Says goodbye, so that the agent ends everything at once, and waits at most two seconds for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _goodbye, 1) == 0 && !_lost.Task.IsCompleted)
        {
            try
            {
                await SendAsync(new FromController { Goodbye = new Goodbye() }).WaitAsync(GoodbyeLimit, Time).ConfigureAwait(false);
                await _receiving.WaitAsync(GoodbyeLimit, Time).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is GrpcException or TimeoutException or OperationCanceledException)
            {
                // It ends by its lease, or at the end of its connection, which comes next.
            }
        }

        Lose("it was closed", expected: true);
        await CloseAsync().ConfigureAwait(false);
        await Task.WhenAll(_receiving, _watching).ConfigureAwait(false);
    }

    internal string NextWorker() => string.Create(CultureInfo.InvariantCulture, $"w{Interlocked.Increment(ref _lastWorker)}");

    /// <summary>From now on this worker's events and sync connections are known.</summary>
    internal void Register(string worker, Action<AgentEvent> receive, Func<CancellationToken, Task<Stream>>? connectSync)
    {
        lock (_gate)
            _workers.Add(worker, receive);
        if (connectSync is not null)
            _channels.Register(worker, connectSync);
    }

    internal void Unregister(string worker)
    {
        lock (_gate)
            _workers.Remove(worker);
        _channels.Unregister(worker);
    }

    /// <summary>Sends one message; waits while the agent does not read.</summary>
    /// <exception cref="GrpcException">The connection has ended.</exception>
    internal async Task SendAsync(FromController message)
    {
        try
        {
            await _writing.WaitAsync(_over.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "the connection has ended", exception);
        }

        try
        {
            await _call.WriteAsync(message).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "the connection has ended", exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// Completes when nothing of this host's blocks can run any more: at once after a goodbye; a moment after the agent
    /// itself ended, if the host told so, for its workers end with it and its guard ends the rest; else when the agent's lease
    /// has certainly ended, by the newest word that came from it.
    /// </summary>
    internal async Task CertainlyEndedAsync()
    {
        var loss = await Lost.ConfigureAwait(false);
        if (loss.Expected)
            return;
        var limit = await _agentHasEnded.Value.ConfigureAwait(false) ? _options.KillBudget : LeaseAndKill;
        var remaining = limit - Time.GetElapsedTime(Volatile.Read(ref _lastHeard));
        if (remaining > TimeSpan.Zero)
            await Task.Delay(remaining, Time).ConfigureAwait(false);
    }

    private static async Task<HostConnectException?> ExplainAsync(StartedAgent started)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            return await started.Connection.ExplainAsync("agent", limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task AttachAsync()
    {
        await SendAsync(new FromController
        {
            Attach = new AttachRun
            {
                Protocol = WireLimits.Protocol,
                Run = _options.Run,
                Token = RandomText.Hex(16),
                Connection = 1,
                LeaseMs = (long)_options.Lease.TotalMilliseconds,
            },
        }).ConfigureAwait(false);
        var answer = await _call.ReadAsync().ConfigureAwait(false);
        if (answer?.BadVersion is { } version)
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"it speaks protocol {version.Speaks} (version {version.AgentVersion}), this library {WireLimits.Protocol}");
        if (answer?.Attached is not { } attached)
            throw new GrpcException(GrpcStatusCode.Internal, $"it answered the attachment with {answer?.KindCase.ToString() ?? "nothing"}");
        Epoch = attached.Epoch;
        Heard();
        await SendAsync(new FromController { Renew = new Renew { AgentTimeMs = attached.AgentTimeMs } }).ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await _call.ReadAsync().ConfigureAwait(false) is { } message)
            {
                Heard();
                await HandleAsync(message).ConfigureAwait(false);
            }

            Lose("the agent ended the session", expected: Volatile.Read(ref _goodbye) == 1);
        }
        catch (OperationCanceledException)
        {
            Lose("it was closed", expected: false); // by the watch or by disposal, which have said why before
        }
        catch (GrpcException exception)
        {
            Lose(PrintableText.CleanLine(exception.Detail), expected: false);
        }
        catch (Exception exception)
        {
            // What the host sent was refused where it was to be used (a file name that would leave its directory), or we
            // have a mistake: either way nothing more is taken from this connection, and everybody who waits learns it.
            Lose($"what {_options.Host} sent could not be accepted: {PrintableText.CleanLine(exception.Message)}", expected: false);
        }
        finally
        {
            await _over.CancelAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask HandleAsync(FromAgent message)
    {
        switch (message.KindCase)
        {
            case FromAgent.KindOneofCase.Event:
                Dispatch(message.Event);
                _unacknowledgedEvents++;
                _unacknowledgedBytes += message.CalculateSize();
                if (_unacknowledgedEvents >= AcknowledgeAfterEvents || _unacknowledgedBytes >= AcknowledgeAfterBytes)
                    await AcknowledgeAsync().ConfigureAwait(false);
                break;
            case FromAgent.KindOneofCase.Heartbeat:
                await SendAsync(new FromController { Renew = new Renew { AgentTimeMs = message.Heartbeat.AgentTimeMs } }).ConfigureAwait(false);
                if (_unacknowledgedEvents > 0)
                    await AcknowledgeAsync().ConfigureAwait(false);
                break;
            case FromAgent.KindOneofCase.ChannelOpen: _channels.Open(message.ChannelOpen, _over.Token); break;
            case FromAgent.KindOneofCase.ChannelData: _channels.Receive(message.ChannelData); break;
            case FromAgent.KindOneofCase.ChannelEnd: _channels.Receive(message.ChannelEnd); break;
            case FromAgent.KindOneofCase.ChannelCredit: _channels.Receive(message.ChannelCredit); break;
            case FromAgent.KindOneofCase.Fenced: throw new GrpcException(GrpcStatusCode.Aborted, "a newer connection of this run has taken over");
            default: throw new GrpcException(GrpcStatusCode.Internal, $"the agent sent {message.KindCase} out of place");
        }
    }

    private void Dispatch(AgentEvent happened)
    {
        if (happened.Sequence != _lastSequence + 1)
            throw new GrpcException(GrpcStatusCode.DataLoss, $"the agent sent event {happened.Sequence} after event {_lastSequence}");
        _lastSequence = happened.Sequence;
        Action<AgentEvent>? receive;
        lock (_gate)
            receive = _workers.GetValueOrDefault(happened.Worker);
        receive?.Invoke(happened); // none: something late of a worker that nobody waits for any more
    }

    private Task AcknowledgeAsync()
    {
        (_unacknowledgedEvents, _unacknowledgedBytes) = (0, 0);
        return SendAsync(new FromController { Acknowledge = new Acknowledge { Sequence = _lastSequence } });
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token).ConfigureAwait(false))
            {
                var silent = Time.GetElapsedTime(Volatile.Read(ref _lastHeard));
                if (silent < _options.Silence)
                    continue;
                Lose($"nothing came from the agent for {silent.TotalSeconds:0.0} s", expected: false);
                await _over.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended by other means.
        }
    }

    private void Heard() => Volatile.Write(ref _lastHeard, Time.GetTimestamp());

    private void Lose(string reason, bool expected) => _lost.TrySetResult(new AgentLoss(reason, expected));

    private async Task CloseAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _call.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
