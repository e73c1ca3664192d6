using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// What the agent was told to do and has not confirmed. After a lost connection all of it is sent again, in order: the agent
/// knows each by its identity, and does nothing twice.
/// </summary>
internal sealed class AgentOrders
{
    private readonly Lock _gate = new();

    /// <summary>In the order in which they were given. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<Order> _open = [];

    public Order Add(FromController message)
    {
        var order = new Order(message);
        lock (_gate)
            _open.Add(order);
        return order;
    }

    public void Remove(Order order)
    {
        lock (_gate)
            _open.Remove(order);
    }

    /// <summary>What this link has not been given yet.</summary>
    public IReadOnlyList<Order> UnsentOver(ulong link)
    {
        lock (_gate)
            return _open.FindAll(order => order.SentOver != link);
    }

    /// <summary>The agent has answered what this event answers.</summary>
    public void Confirm(AgentEvent happened)
    {
        var worker = happened.Worker;
        switch (happened.KindCase)
        {
            case AgentEvent.KindOneofCase.WorkerReady:
                Remove(message => message.Start?.Worker == worker);
                break;
            case AgentEvent.KindOneofCase.Accepted:
                Remove(message => message.Submit is { } submit && submit.Worker == worker && submit.Spec.Id.Equals(happened.Accepted.Id));
                break;
            case AgentEvent.KindOneofCase.Ended:
                Remove(message => message.Cancel is { } cancel && cancel.Worker == worker && cancel.Ordinal == happened.Ended.Id?.Ordinal);
                break;
            case AgentEvent.KindOneofCase.WorkerGone:
                Remove(message => message.Stop?.Worker == worker || message.Cancel?.Worker == worker);
                break;
            case AgentEvent.KindOneofCase.RebootRefused:
                Remove(message => message.Reboot is not null);
                break;
        }
    }

    private void Remove(Predicate<FromController> isMeant)
    {
        lock (_gate)
            _open.RemoveAll(order => isMeant(order.Message));
    }

    /// <summary>One order.</summary>
    public sealed class Order(FromController message)
    {
        public FromController Message => message;

        /// <summary>The number of the link that it was last given to; 0: of none.</summary>
        public ulong SentOver { get; set; }
    }
}
