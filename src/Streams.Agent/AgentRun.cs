using Streams.Agent.Grpc;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// The run that this agent serves: who may attach, its workers and blocks, and when it is over. Outlives its
/// connections, up to the lease.
/// </summary>
internal sealed class AgentRun(AgentContext agent, string boot)
{
    /// <summary>So many heartbeats without an answer, and a connection is given up.</summary>
    private const int SilentHeartbeats = 3;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeaseCheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Lease _lease = new(AgentNativeMethods.BootTimeMilliseconds);
    private readonly TaskCompletionSource<string> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cleanedUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set by the first attachment. Guarded by <see cref="_gate"/>, as all below.</summary>
    private AttachRun? _owner;
    private ulong _connection;
    private AgentSession? _session;

    /// <summary>Completed by the next session, and replaced when it has ended.</summary>
    private TaskCompletionSource<AgentSession> _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, RemoteWorker> _workers = [];

    /// <summary>Every block that was ever submitted: a block is never started twice.</summary>
    private readonly Dictionary<string, KnownBlock> _blocks = [];

    /// <summary>Completes with the reason when everything is to be ended.</summary>
    public Task<string> Over => _over.Task;

    /// <summary>The session that is there, or the next one.</summary>
    private Task<AgentSession> SessionAsync()
    {
        lock (_gate)
            return _attached.Task;
    }

    public void End(string reason) => _over.TrySetResult(reason);

    /// <summary>Everything has been ended: whoever said goodbye may be answered.</summary>
    public void CleanedUp() => _cleanedUp.TrySetResult();

    /// <summary>The connection over standard input and output has ended.</summary>
    public void StdioEnded()
    {
        lock (_gate)
        {
            if (_owner is not null && _lease.Length > 0)
                return; // the lease decides
            if (_session is { } session && _connection > 1 && !session.Over.IsCancellationRequested)
                return; // a later connection has taken over
        }

        End("the connection has ended");
    }

    /// <summary>Ends the run when its lease does. Looks again and again, for no timer counts the time that the host sleeps.</summary>
    public async Task WatchLeaseAsync()
    {
        while (!_over.Task.IsCompleted)
        {
            if (_lease.HasEnded)
                End("the lease has ended");
            var interval = _lease.Length is > 0 and < 4000 ? TimeSpan.FromMilliseconds(_lease.Length / 4.0) : LeaseCheckInterval;
            await Task.WhenAny(_over.Task, Task.Delay(interval, agent.Time)).ConfigureAwait(false);
        }
    }

    /// <summary>Ends every worker and what it left.</summary>
    public async Task StopWorkersAsync()
    {
        List<RemoteWorker> workers;
        lock (_gate)
            workers = [.. _workers.Values];
        await Task.WhenAll(workers.Select(worker => worker.StopAsync(TimeSpan.Zero))).ConfigureAwait(false);
    }

    /// <summary>Whoever asks must be the controller of this run, over its newest connection.</summary>
    public void ThrowUnlessOwner(string runId, string token, ulong connection)
    {
        lock (_gate)
        {
            if (_owner is null || _owner.Run != runId || !ConstantTime.AreEqual(_owner.Token, token))
                throw new GrpcException(GrpcStatusCode.PermissionDenied, "this agent belongs to another run");
            if (connection != _connection || _over.Task.IsCompleted)
                throw new GrpcException(GrpcStatusCode.Aborted, $"connection {_connection} is the one that counts, or the run is being ended");
        }
    }

    /// <summary>The bidirectional call of a controller, from its first message to its end.</summary>
    public async Task AttachAsync(GrpcServerCall call)
    {
        var attach = (await call.ReadAsync(FromController.Parser).ConfigureAwait(false))?.Attach
            ?? throw new GrpcException(GrpcStatusCode.InvalidArgument, "the first message must be Attach");
        using var session = new AgentSession(call, attach.Connection, agent.Time);
        if (attach.Protocol != WireLimits.Protocol)
        {
            await session.SendAsync(new FromAgent { BadVersion = new BadVersion { Speaks = WireLimits.Protocol, AgentVersion = AgentVersion.Text } }).ConfigureAwait(false);
            return;
        }

        if (!TryTakeOver(attach, session, out var newest, out var previous))
        {
            await session.SendAsync(new FromAgent { Fenced = new Fenced { ByConnection = newest } }).ConfigureAwait(false);
            return;
        }

        // Not waited for: what is left of the old connection may take nothing any more.
        _ = previous?.FenceAsync(attach.Connection);
        try
        {
            await ServeAsync(session, attach).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Ended.IsCancellationRequested)
        {
            // Fenced, or the run is over: a regular end of the call.
        }
        finally
        {
            Detach(session);
        }
    }

    private bool TryTakeOver(AttachRun attach, AgentSession session, out ulong newest, out AgentSession? previous)
    {
        lock (_gate)
        {
            previous = null;
            if (_owner is null && (attach.Token.Length != 32 || attach.Run.Length != 32))
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "run and token are 32 hexadecimal digits");
            if (_owner is { } owner && !(ConstantTime.AreEqual(owner.Token, attach.Token) && owner.Run == attach.Run))
                throw new GrpcException(GrpcStatusCode.Unauthenticated, "this agent serves another run");
            if (attach.LeaseMs is < 0 or > 86_400_000)
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "a lease is between 0 and 24 hours");
            newest = _connection;
            if (attach.Connection <= _connection)
                return false;
            if (_over.Task.IsCompletedSuccessfully)
                throw new GrpcException(GrpcStatusCode.Unavailable, $"the run is being ended: {_over.Task.Result}");
            agent.Events.Acknowledge(attach.LastSequence);
            (previous, _session) = (_session, session);
            if (previous is not null)
                _attached = new TaskCompletionSource<AgentSession>(TaskCreationOptions.RunContinuationsAsynchronously);
            _connection = attach.Connection;
            if (_owner is null)
                _lease.Begin(attach.LeaseMs);
            else
                _lease.Renew(attach.AgentTimeMs);
            _owner ??= attach;
            return true;
        }
    }

    private void Detach(AgentSession session)
    {
        session.End();
        lock (_gate)
        {
            if (_session != session)
                return; // a newer one has taken over
            _session = null;
            if (_attached.Task.IsCompleted)
                _attached = new TaskCompletionSource<AgentSession>(TaskCreationOptions.RunContinuationsAsynchronously);
            agent.Events.SetRead(false);
        }

        if (_lease.Length == 0)
            End("the connection has ended, and there is no lease");
    }

    private async Task ServeAsync(AgentSession session, AttachRun attach)
    {
        await session.SendAsync(new FromAgent { Attached = Describe(attach) }).ConfigureAwait(false);
        var interval = _lease.Length == 0 ? HeartbeatInterval : TimeSpan.FromMilliseconds(Math.Clamp(_lease.Length / 8.0, 50, HeartbeatInterval.TotalMilliseconds));
        TaskCompletionSource<AgentSession>? attached = null;
        lock (_gate)
        {
            if (_session == session)
            {
                attached = _attached;
                agent.Events.SetRead(true);
            }
        }

        attached?.TrySetResult(session);
        var sending = Task.WhenAll(
            session.SendEventsAsync(agent.Events, attach.LastSequence),
            session.SendHeartbeatsAsync(interval),
            session.WatchSilenceAsync(interval * SilentHeartbeats));
        try
        {
            while (await session.ReadAsync().ConfigureAwait(false) is { } message)
            {
                if (!IsCurrent(session))
                    return; // nothing of an older connection counts, whenever it arrives
                if (message.KindCase == FromController.KindOneofCase.Goodbye)
                {
                    End("goodbye");
                    await _cleanedUp.Task.WaitAsync(session.Over).ConfigureAwait(false);
                    return;
                }

                Receive(session, message);
            }
        }
        finally
        {
            session.End();
            await sending.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private bool IsCurrent(AgentSession session)
    {
        lock (_gate)
            return _session == session;
    }

    private Attached Describe(AttachRun attach)
    {
        var attached = new Attached { Epoch = agent.Epoch, Boot = boot, FirstSequence = Math.Max(agent.Events.First, attach.LastSequence + 1), AgentTimeMs = AgentNativeMethods.BootTimeMilliseconds() };
        lock (_gate)
            attached.Blocks.Add(_blocks.Values.Where(block => !block.HasEndedBy(attach.LastSequence)).Select(block => new BlockState { Id = block.Id, State = block.State }));
        return attached;
    }

    private void Receive(AgentSession session, FromController message)
    {
        switch (message.KindCase)
        {
            case FromController.KindOneofCase.Start: StartWorker(message.Start); break;
            case FromController.KindOneofCase.Stop: StopWorker(message.Stop); break;
            case FromController.KindOneofCase.Submit: Submit(message.Submit); break;
            case FromController.KindOneofCase.Cancel: Find(message.Cancel.Worker)?.Cancel(message.Cancel.Ordinal, message.Cancel.Reason); break;
            case FromController.KindOneofCase.Reboot: _ = RebootAsync(); break;
            case FromController.KindOneofCase.Renew: _lease.Renew(message.Renew.AgentTimeMs); break;
            case FromController.KindOneofCase.Acknowledge: agent.Events.Acknowledge(message.Acknowledge.Sequence); break;
            case FromController.KindOneofCase.ChannelData: session.Receive(message.ChannelData); break;
            case FromController.KindOneofCase.ChannelEnd: session.Receive(message.ChannelEnd); break;
            case FromController.KindOneofCase.ChannelCredit: session.Receive(message.ChannelCredit); break;
            default: throw new GrpcException(GrpcStatusCode.InvalidArgument, $"a message {message.KindCase} is not expected here");
        }
    }

    private void StartWorker(StartRemoteWorker start)
    {
        RemoteWorker worker;
        lock (_gate)
        {
            if (_workers.ContainsKey(start.Worker))
                return; // asked for again after a lost connection: its answer is among the events
            worker = new RemoteWorker(agent, start, _workers.Count + 1, SessionAsync);
            _workers.Add(start.Worker, worker);
        }

        _ = worker.StartAsync();
    }

    private void StopWorker(StopRemoteWorker stop)
    {
        if (Find(stop.Worker) is { } worker)
            _ = worker.StopAsync(TimeSpan.FromMilliseconds(Math.Max(0, stop.GraceMs)));
    }

    private void Submit(SubmitBlock submit)
    {
        if (submit.Spec?.Id is not { } id)
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "a block without an identity was submitted");
        if (submit.Spec.Sync is { } sync)
            sync.GraceMs = _lease.Length; // as long as the link may be away
        var key = BlockKey.Of(id);
        var digest = Convert.ToHexStringLower(submit.Digest.Span);
        RemoteBlock? block = null;
        KnownBlock? known;
        BlockAccepted answer;
        lock (_gate)
        {
            if (_blocks.TryGetValue(key, out known))
            {
                answer = new BlockAccepted { State = known.State, Conflict = known.Digest != digest };
            }
            else if (_workers.TryGetValue(submit.Worker, out var worker))
            {
                block = new RemoteBlock(agent, worker, submit.Spec, key);
                var refusal = worker.TryBegin(block) ? null : "the worker runs another block or is gone";
                block = refusal is null ? block : null;
                _blocks.Add(key, known = new KnownBlock(id, digest, block));
                answer = new BlockAccepted { State = known.State, Why = refusal ?? "" };
            }
            else
            {
                _blocks.Add(key, known = new KnownBlock(id, digest, null));
                answer = new BlockAccepted { State = KnownBlock.Refused, Why = "there is no such worker" };
            }
        }

        if (block is not null)
            agent.Journal.Accepted(key, digest);
        answer.Worker = submit.Worker;
        answer.Id = id;
        agent.Events.Publish(new AgentEvent { Worker = submit.Worker, Accepted = answer });
        if (block is not null)
            _ = known.RunAsync();
    }

    /// <summary>Ends everything, then starts the host anew. Goes on as it is if the host does not let it.</summary>
    private async Task RebootAsync()
    {
        await StopWorkersAsync().ConfigureAwait(false);
        var why = await HostReboot.TryAsync(agent.Directory.RebootOutput, agent.Time).ConfigureAwait(false);
        agent.Events.Publish(new AgentEvent { RebootRefused = new RebootRefused { Why = why } });
    }

    private RemoteWorker? Find(string worker)
    {
        lock (_gate)
            return _workers.GetValueOrDefault(worker);
    }
}
