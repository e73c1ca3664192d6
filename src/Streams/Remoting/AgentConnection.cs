using System.Globalization;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// The controller's end of one agent: one per host and test process, shared by all streams there. Lives over any number of
/// connections, one after another: what was not confirmed is sent again over the next, and events go on where they stopped.
/// </summary>
internal sealed class AgentConnection : IAsyncDisposable
{
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);

    private readonly AgentConnectionOptions _options;
    private readonly AgentLease _lease;
    private readonly AgentOrders _orders = new();
    private readonly AgentWorkers _workers = new();
    private readonly AgentSyncServers _syncServers = new();
    private readonly string _token = RandomText.Hex(16);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<AgentLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Of the reboot that is under way: its refusal, and its end by whatever means. Guarded by <see cref="_gate"/>.</summary>
    private TaskCompletionSource<string> _rebootRefused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reboot = Task.CompletedTask;

    /// <summary>Null while there is none. Guarded by <see cref="_gate"/>.</summary>
    private AgentLink? _link;

    /// <summary>Completed by the next link, and replaced when it has ended. Guarded by <see cref="_gate"/>.</summary>
    private TaskCompletionSource<AgentLink> _linked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _lastWorker;
    private int _goodbye;
    private volatile bool _isRebooting;
    private Task _living = Task.CompletedTask;

    private AgentConnection(AgentConnectionOptions options)
    {
        _options = options;
        _lease = new AgentLease(options.Lease, options.KillBudget, options.Time);
    }

    /// <summary>The host as its author wrote it.</summary>
    public string Host => _options.Host;

    public TimeProvider Time => _options.Time;

    /// <summary>The agent's random name; a restarted agent has another one.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>Changes when the host is started anew.</summary>
    public string Boot { get; private set; } = "";

    /// <summary>Completes when the agent is lost for good: from then on nothing of it runs.</summary>
    public Task<AgentLoss> Lost => _lost.Task;

    /// <summary>True from the moment when the host was to be started anew.</summary>
    public bool IsRebooting => _isRebooting;

    /// <summary>True if the agent was lost because its host was started anew, as somebody here had wished.</summary>
    public bool HasRebooted => _lost.Task is { IsCompletedSuccessfully: true, Result.Kind: AgentLossKind.Rebooted };

    /// <summary>Completes when no reboot of the host is under way any more, however it ended; never fails.</summary>
    public Task RebootOver
    {
        get
        {
            lock (_gate)
                return _reboot.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>How long it may take at most until a lost agent is known to be lost.</summary>
    public TimeSpan LongestUncertainty => (_options.Lease * 1.01) + _options.KillBudget;

    /// <summary>Attaches to an agent that was just started, and takes its connection over: also when this fails.</summary>
    /// <exception cref="HostConnectException">The agent did not answer, or not as an agent of this version does.</exception>
    public static async Task<AgentConnection> OpenAsync(StartedAgent started, AgentConnectionOptions options, CancellationToken cancellationToken)
    {
        var connection = new AgentConnection(options);
        var link = new AgentLink(started.Connection, 1, options.Time);
        try
        {
            var attach = connection.NewAttachment(0);
            attach.Connection = 1;
            var attached = await link.AttachAsync(attach).WaitAsync(options.AttachLimit, options.Time, cancellationToken).ConfigureAwait(false);
            (connection.Epoch, connection.Boot) = (attached.Epoch, attached.Boot);
            connection._lease.Hear(attached.AgentTimeMs);
            connection.SetLink(link);
            connection._living = connection.LiveAsync(link);
            return connection;
        }
        catch (Exception exception) when (exception is GrpcException or TimeoutException)
        {
            throw await AgentStartFailure.ExplainAsync(started, link, options, exception, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An executor for one stream; each starts workers of its own.</summary>
    public AgentExecutor CreateExecutor(AgentExecutorOptions options) => new(this, options);

    /// <summary>What the agent says of itself and its host. Not validated, not escaped.</summary>
    public async Task<HostDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        var link = await NextLinkAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await link.DescribeAsync(_options.Silence, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts the host anew; callers that come meanwhile share it. When this returns, it is up again, <see cref="Lost"/> says
    /// so, and another agent has to be started there.
    /// </summary>
    /// <exception cref="StreamsException">The host does not let itself be rebooted; it goes on as it was.</exception>
    /// <exception cref="OperationCanceledException">It may be on its way down or up.</exception>
    public Task RebootAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_reboot.IsCompleted)
                return _reboot.WaitAsync(cancellationToken);
            _rebootRefused = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _isRebooting = true;
            return _reboot = RebootAsync(_rebootRefused.Task, cancellationToken);
        }
    }

    /// <summary>Says goodbye, so that the agent ends everything at once, and waits at most two seconds for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _goodbye, 1) == 0 && !_lost.Task.IsCompleted)
        {
            try
            {
                var link = await NextLinkAsync().WaitAsync(GoodbyeLimit, Time).ConfigureAwait(false);
                await link.SendAsync(new FromController { Goodbye = new Goodbye() }).WaitAsync(GoodbyeLimit, Time).ConfigureAwait(false);
                await _living.WaitAsync(GoodbyeLimit, Time).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is GrpcException or TimeoutException)
            {
                // It ends by its lease, or at the end of its connection, which comes next.
            }
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _living.ConfigureAwait(false);
    }

    internal string NextWorker() => string.Create(CultureInfo.InvariantCulture, $"w{Interlocked.Increment(ref _lastWorker)}");

    /// <summary>From now on this worker's events and sync connections are known.</summary>
    internal void Register(AgentWorker worker, Func<CancellationToken, Task<Stream>>? connectSync)
    {
        _workers.Add(worker);
        if (connectSync is not null)
            _syncServers.Register(worker.Id, connectSync);
    }

    internal void Unregister(AgentWorker worker)
    {
        _workers.Remove(worker);
        _syncServers.Unregister(worker.Id);
    }

    /// <summary>
    /// Tells the agent to do something, over the link that is there or the next one, and again over each further one until it
    /// has confirmed it. Returns when it was handed over once, or cannot be for now.
    /// </summary>
    /// <exception cref="GrpcException">The message is too large.</exception>
    internal async Task OrderAsync(FromController message)
    {
        var order = _orders.Add(message);
        AgentLink? link;
        lock (_gate)
            link = _link;
        if (link is null)
            return;
        try
        {
            order.SentOver = link.Number;
            await link.SendAsync(message).ConfigureAwait(false);
        }
        catch (GrpcException exception) when (exception.Status == GrpcStatusCode.ResourceExhausted)
        {
            _orders.Remove(order);
            throw;
        }
        catch (GrpcException)
        {
            // The link has ended, which its reader sees by itself; the next one is given it again.
        }
    }

    /// <summary>The link that is there, or the next one; null: the agent is lost.</summary>
    internal async Task<AgentLink?> LinkAsync(CancellationToken cancellationToken)
    {
        var next = NextLinkAsync();
        await Task.WhenAny(next, _lost.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        return _lost.Task.IsCompleted ? null : await next.ConfigureAwait(false);
    }

    /// <summary>What a call for files over this link begins with.</summary>
    internal TransferBegin NewTransfer(AgentLink link) => new() { Run = _options.Run, Token = _token, Connection = link.Number };

    private async Task RebootAsync(Task<string> refused, CancellationToken cancellationToken)
    {
        try
        {
            await OrderAsync(new FromController { Reboot = new RebootHost() }).ConfigureAwait(false);
            if (await Task.WhenAny(refused, _lost.Task).WaitAsync(cancellationToken).ConfigureAwait(false) == refused)
                throw new StreamsException($"{Host} was not rebooted: {await refused.ConfigureAwait(false)}.\n  Its streams go on with new workers.\n  try:      reboot it by hand there, or log in as a user who may.");
        }
        finally
        {
            _isRebooting = false; // what now becomes of the link is nobody's wish any more
        }

        var loss = await _lost.Task.ConfigureAwait(false);
        if (loss.Kind != AgentLossKind.Rebooted)
            throw new StreamsException($"{Host} did not come back after its reboot: {loss.Reason}.");
    }

    private void RebootRefused(string why)
    {
        lock (_gate)
            _rebootRefused.TrySetResult(why);
    }

    private Task<AgentLink> NextLinkAsync()
    {
        lock (_gate)
            return _linked.Task;
    }

    private void SetLink(AgentLink? link)
    {
        TaskCompletionSource<AgentLink> linked;
        lock (_gate)
        {
            _link = link;
            if (link is null)
                _linked = new TaskCompletionSource<AgentLink>(TaskCreationOptions.RunContinuationsAsynchronously);
            linked = _linked;
        }

        if (link is not null)
            linked.TrySetResult(link);
    }

    private AttachRun NewAttachment(ulong lastSequence) => new()
    {
        Protocol = WireLimits.Protocol,
        Run = _options.Run,
        Token = _token,
        LastSequence = lastSequence,
        LeaseMs = (long)_options.Lease.TotalMilliseconds,
    };

    /// <summary>From the first link to the end of the last.</summary>
    private async Task LiveAsync(AgentLink first)
    {
        AgentLink? link = first;
        var inbox = new AgentInbox(_lease, _orders, _workers, _syncServers, RebootRefused);
        var reattachment = _options.Reconnector is null ? null : new AgentReattachment(_options, _lease, Epoch, Boot);
        AgentLoss? loss = null;
        try
        {
            while (link is { } current)
            {
                var end = await ServeAsync(current, inbox).ConfigureAwait(false);
                SetLink(null);
                (link, loss) = await FollowAsync(current, end, inbox, reattachment).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            loss = new AgentLoss(AgentLossKind.Closed, $"the connection to {Host} was closed");
        }
        finally
        {
            _lost.TrySetResult(loss ?? new AgentLoss(AgentLossKind.LeaseEnded, $"the connection to {Host} failed here"));
        }
    }

    private async Task<LinkEnd> ServeAsync(AgentLink link, AgentInbox inbox)
    {
        using var closing = _closing.Token.UnsafeRegister(static state => ((AgentLink)state!).End("it was closed"), link);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(link.Over);
        var watching = WatchAsync(link, over.Token);
        var end = await inbox.ReceiveAsync(link, Host).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        return end;
    }

    /// <summary>A link has ended: the next one, or the agent's loss.</summary>
    private async Task<(AgentLink? Link, AgentLoss? Loss)> FollowAsync(AgentLink old, LinkEnd end, AgentInbox inbox, AgentReattachment? reattachment)
    {
        old.End(end.Reason);
        var ending = EndAsync(old); // a connector may take seconds to end
        if (Volatile.Read(ref _goodbye) == 1 || _closing.IsCancellationRequested)
        {
            await ending.ConfigureAwait(false);
            return (null, new AgentLoss(AgentLossKind.Closed, $"the connection to {Host} was closed"));
        }

        if (reattachment is null || _options.Lease == TimeSpan.Zero || end.IsBeyondRepair)
            return (null, await AbandonAsync(end, ending).ConfigureAwait(false));
        if (!_isRebooting)
            _workers.LinkChanged(Time.GetUtcNow(), $"link to {Host} lost ({end.Reason}), reconnecting; the block goes on", isAway: true);
        var since = Time.GetTimestamp();
        var (link, loss) = await reattachment.RunAsync(end.Reason, NewAttachment(inbox.LastSequence), () => _isRebooting, _closing.Token).ConfigureAwait(false);
        if (link is null)
            return (null, loss);
        await ResumeAsync(link).ConfigureAwait(false);
        _workers.LinkChanged(
            Time.GetUtcNow(),
            string.Create(CultureInfo.InvariantCulture, $"link to {Host} is back after {Time.GetElapsedTime(since).TotalSeconds:0.0} s; nothing was missed"), isAway: false);
        return (link, null);
    }

    /// <summary>Gives the new link what the agent may not know yet, in the old order, before anything new.</summary>
    private async Task ResumeAsync(AgentLink link)
    {
        while (true)
        {
            IReadOnlyList<AgentOrders.Order> unsent;
            lock (_gate)
            {
                unsent = _orders.UnsentOver(link.Number);
                if (unsent.Count == 0)
                {
                    _link = link;
                    break;
                }
            }

            foreach (var order in unsent)
            {
                order.SentOver = link.Number;
                try
                {
                    await link.SendAsync(order.Message).ConfigureAwait(false);
                }
                catch (GrpcException)
                {
                    // Its reader sees the same end.
                }
            }
        }

        SetLink(link);
    }

    /// <summary>There is no way back to the agent: waits until nothing of it can run.</summary>
    private async Task<AgentLoss> AbandonAsync(LinkEnd end, Task<bool> ending)
    {
        // If the host told of the agent's own end, its workers ended with it, and its guard ends the rest.
        var agentEnded = await ending.ConfigureAwait(false);
        var remaining = agentEnded ? _options.KillBudget : _lease.UntilCertain;
        if (remaining > TimeSpan.Zero)
            await Task.Delay(remaining, Time, _closing.Token).ConfigureAwait(false);
        return new AgentLoss(agentEnded ? AgentLossKind.AgentEnded : AgentLossKind.LeaseEnded, $"the connection to {Host} was lost: {end.Reason}");
    }

    /// <summary>True if the host told that the agent itself has ended: only the first link's far end is the agent.</summary>
    private static async Task<bool> EndAsync(AgentLink link)
    {
        var ended = link.Number == 1 && await link.FarProgramHasEndedAsync().ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
        return ended;
    }

    private async Task WatchAsync(AgentLink link, CancellationToken over)
    {
        using var timer = new PeriodicTimer(_options.LongestSilence / 8, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                // A host that goes down need not say so; little more than one heartbeat missed is enough then.
                var limit = _isRebooting ? _options.LongestSilence * 0.4 : _options.LongestSilence;
                if (link.SilentFor is var silent && silent >= limit)
                    link.End(string.Create(CultureInfo.InvariantCulture, $"nothing came from it for {silent.TotalSeconds:0.0} s"));
            }
        }
        catch (OperationCanceledException)
        {
            // The link has ended.
        }
    }
}
