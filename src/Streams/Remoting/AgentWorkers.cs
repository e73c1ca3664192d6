using Streams.Wire;

namespace Streams.Remoting;

/// <summary>The workers on one agent's host that somebody waits for.</summary>
internal sealed class AgentWorkers
{
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, AgentWorker> _workers = [];

    public void Add(AgentWorker worker)
    {
        lock (_gate)
            _workers.Add(worker.Id, worker);
    }

    public void Remove(AgentWorker worker)
    {
        lock (_gate)
            _workers.Remove(worker.Id);
    }

    /// <summary>Hands an event to the worker that it is of; there may be none, for something late that nobody waits for any more.</summary>
    public void Receive(AgentEvent happened)
    {
        AgentWorker? worker;
        lock (_gate)
            worker = _workers.GetValueOrDefault(happened.Worker);
        worker?.Receive(happened);
    }

    /// <summary>The link was lost, or is back. Between two links, so in order with their events.</summary>
    public void LinkChanged(DateTimeOffset time, string text, bool isAway)
    {
        List<AgentWorker> workers;
        lock (_gate)
            workers = [.. _workers.Values];
        foreach (var worker in workers)
            worker.LinkChanged(time, text, isAway);
    }
}
