namespace Streams.Sync.State;

/// <summary>One identity: who it is, how it is connected, what it waits for and what it was answered.</summary>
internal sealed class Party(string name) : IDeadline
{
    private Dictionary<string, Arrival>? _arrivals;
    private Queue<string>? _decided;

    public string Name { get; } = name;

    /// <summary>What the embedding program said of it; null for one that just connected.</summary>
    public SyncParty? Declared { get; set; }

    /// <summary>How it ended, when it did.</summary>
    public SyncPartyEnd? End { get; set; }

    public TimeSpan EndedAt { get; set; }

    public Session? Session { get; set; }

    /// <summary>The session it had last, open or not; what is heard of older ones is stale.</summary>
    public Session? LastSession { get; set; }

    public string? Parent { get; set; }

    /// <summary>Which process of that name it is, and its newest connection: older ones are fenced.</summary>
    public string? Instance { get; set; }

    public long ConnectionNumber { get; set; }

    public bool IsManual { get; set; }

    /// <summary>Whether it does other things while it waits; such a one is never taken for blocked.</summary>
    public bool IsConcurrent { get; set; }

    /// <summary>Whether parties under its name may be on their way at any moment, whatever it does itself.</summary>
    public bool HasOthers { get; set; }

    /// <summary>Whether it cannot be reached for now by no fault of its own, as the embedding program said.</summary>
    public bool IsAway { get; set; }

    public TimeSpan LastHeard { get; set; }

    /// <summary>When it was asked for a sign of life that has not come; null when nothing is outstanding.</summary>
    public TimeSpan? PingedAt { get; set; }

    /// <summary>Until when a party without connection may come back.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    /// <summary>Rounds, values and topics it waits for now.</summary>
    public List<IWait> Waits { get; } = [];

    /// <summary>Whether it counts in <see cref="SyncMachine.LiveParties"/>; written there alone.</summary>
    public bool IsLive { get; set; }

    /// <summary>Whether it ever came to a barrier.</summary>
    public bool HasEntered { get; set; }

    /// <summary>As what it is counted among those that could bring others; written by the machine alone.</summary>
    public Bringing Bringing { get; set; }

    /// <summary>Requests that must not be done twice.</summary>
    public OnceOnly? Done { get; set; }

    /// <summary>Whether it is held up until one of its waits ends.</summary>
    public bool IsBlocked => Waits.Count > 0 && !IsConcurrent && !HasOthers;

    /// <summary>The last sign of life and line of output, as the embedding program noted them.</summary>
    public PartySigns? Signs { get; set; }

    public Arrival? FindArrival(string id) => _arrivals?.GetValueOrDefault(id);

    public void Remember(Arrival arrival) => (_arrivals ??= [])[arrival.Id] = arrival;

    /// <summary>Keeps the answer for repeats; only the last ones, for a client repeats what it has not heard.</summary>
    public void RememberDecided(string id, int limit)
    {
        _decided ??= new Queue<string>();
        _decided.Enqueue(id);
        if (_decided.Count > limit)
            _arrivals!.Remove(_decided.Dequeue());
    }
}
