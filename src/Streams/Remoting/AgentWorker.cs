using Streams.Wire;

namespace Streams.Remoting;

/// <summary>One worker on an agent's host: takes its events in on the connection's loop, and hands them to its block.</summary>
internal sealed class AgentWorker(string id)
{
    private readonly TaskCompletionSource<WorkerReady> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WorkerGone> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AgentBlock? _running;
    private volatile bool _ended;

    public string Id => id;

    public Task<WorkerReady> Ready => _ready.Task;

    public Task<WorkerGone> Gone => _gone.Task;

    /// <summary>True when it can run no further block. A block's end may say so a moment before the worker's own end does.</summary>
    public bool IsGone => _ended || _gone.Task.IsCompleted;

    public bool TryBegin(AgentBlock block) => !IsGone && Interlocked.CompareExchange(ref _running, block, null) is null;

    public void End(AgentBlock block) => Interlocked.CompareExchange(ref _running, null, block);

    /// <summary>The link to its host was lost, or is back.</summary>
    public void LinkChanged(DateTimeOffset time, string text, bool isAway) => Volatile.Read(ref _running)?.LinkChanged(time, text, isAway);

    /// <summary>Called by the connection's loop only, in order.</summary>
    /// <exception cref="GrpcException">The event breaks the protocol: the connection cannot be trusted any more.</exception>
    public void Receive(AgentEvent happened)
    {
        switch (happened.KindCase)
        {
            case AgentEvent.KindOneofCase.WorkerReady:
                _ready.TrySetResult(happened.WorkerReady);
                break;
            case AgentEvent.KindOneofCase.WorkerGone:
                _gone.TrySetResult(happened.WorkerGone);
                Volatile.Read(ref _running)?.WorkerIsGone(happened.WorkerGone);
                break;
            default:
                _ended |= happened.Ended is { WorkerEnded: not null };
                Volatile.Read(ref _running)?.Receive(happened); // none: something late of a block that has its verdict
                break;
        }
    }
}
