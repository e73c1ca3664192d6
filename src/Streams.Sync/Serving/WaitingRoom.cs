using Streams.Sync.Protocol;

namespace Streams.Sync.Serving;

/// <summary>
/// Who is connected. Connections that have not greeted wait in a room of limited size: one more evicts the one that
/// waits longest, so that silent ones cannot keep a good one out.
/// </summary>
internal sealed class WaitingRoom(SyncServerOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<SyncConnection> _greeted = [];          // guarded by _gate
    private readonly LinkedList<SyncConnection> _ungreeted = [];     // guarded by _gate, oldest first

    public int Count
    {
        get
        {
            lock (_gate)
                return _ungreeted.Count + _greeted.Count;
        }
    }

    public void Add(SyncConnection connection)
    {
        SyncConnection? evicted = null;
        lock (_gate)
        {
            if (_ungreeted.Count >= options.MaxUngreeted)
                evicted = TakeOldest();
            _ungreeted.AddLast(connection);
        }
        Evict(evicted);
    }

    /// <summary>Makes room when the machine has no more descriptors.</summary>
    public void EvictOldest()
    {
        SyncConnection? evicted;
        lock (_gate)
            evicted = TakeOldest();
        Evict(evicted);
    }

    public bool TryEnter(SyncConnection connection)
    {
        lock (_gate)
        {
            if (_greeted.Count >= options.MaxConnections || !_ungreeted.Remove(connection))
                return false;
            connection.IsGreeted = true;
            return _greeted.Add(connection);
        }
    }

    public void Leave(SyncConnection connection)
    {
        lock (_gate)
        {
            if (!_greeted.Remove(connection))
                _ungreeted.Remove(connection);
        }
    }

    public List<SyncConnection> Where(Func<SyncConnection, bool> predicate)
    {
        lock (_gate)
            return [.. _ungreeted.Where(predicate), .. _greeted.Where(predicate)];
    }

    private SyncConnection? TakeOldest()
    {
        var oldest = _ungreeted.First?.Value;
        if (oldest is not null)
            _ungreeted.RemoveFirst();
        return oldest;
    }

    private static void Evict(SyncConnection? connection) =>
        connection?.Evict(new BadReply("full", "too many connections have not said HELLO"));
}
