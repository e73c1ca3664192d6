namespace Streams.Scheduling;

/// <summary>Gives a collection's events their order, and each to every observer's own queue.</summary>
internal sealed class ObserverFeed
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly List<ObserverQueue> _queues;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private long _number;

    private ObserverFeed(IEnumerable<IStreamsObserver> observers, TimeProvider time, Action<string> note)
    {
        _time = time;
        _began = time.GetTimestamp();
        _queues = [.. observers.Select(observer => new ObserverQueue(observer, note))];
    }

    /// <summary>Null if there is nobody to tell.</summary>
    /// <param name="observers">Who is told.</param>
    /// <param name="time">The collection's clock.</param>
    /// <param name="note">Takes what is to be said of an observer that throws or is slow.</param>
    public static ObserverFeed? For(IReadOnlyList<IStreamsObserver> observers, TimeProvider time, Action<string> note) =>
        observers.Count == 0 ? null : new ObserverFeed(observers, time, note);

    /// <summary>Never waits, never throws.</summary>
    public void Post(StreamsEvent occurred)
    {
        // One lock over number and queues: all observers see one order.
        lock (_gate)
        {
            var numbered = occurred with { Number = ++_number, Elapsed = _time.GetElapsedTime(_began) };
            foreach (var queue in _queues)
                queue.Add(numbered);
        }
    }

    /// <summary>Tells the end, and gives the observers a moment to take what is left; who needs longer is left to himself.</summary>
    public async Task CloseAsync(TimeSpan moment)
    {
        Post(new StreamsEvent { Kind = StreamsEventKind.CollectionClosed });
        await Task.WhenAll(_queues.Select(queue => queue.CloseAsync(moment))).ConfigureAwait(false);
    }
}
