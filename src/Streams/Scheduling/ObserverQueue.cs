namespace Streams.Scheduling;

/// <summary>One observer's bounded queue and its thread. What the observer does there is its own affair.</summary>
internal sealed class ObserverQueue
{
    private const int MostWaiting = 10_000;

    // Not a Lock: the observer's thread waits at it.
    private readonly object _gate = new();
    private readonly IStreamsObserver _observer;
    private readonly Action<string> _note;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate: what the observer has not taken, how much did not fit since then and in all, and whether nothing comes any more.
    private readonly Queue<StreamsEvent> _waiting = [];
    private long _leftOut;
    private long _leftOutInAll;
    private bool _closed;

    // Of the observer's thread.
    private int _thrown;

    public ObserverQueue(IStreamsObserver observer, Action<string> note)
    {
        _observer = observer;
        _note = note;
        new Thread(Run) { IsBackground = true, Name = $"Streams observer {observer.GetType().Name}" }.Start();
    }

    private string Name => $"Observer {_observer.GetType().Name}";

    public void Add(StreamsEvent occurred)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = occurred.Kind == StreamsEventKind.CollectionClosed;
            // The end is always told: who waits for it must not wait for ever.
            if (_waiting.Count >= MostWaiting && !_closed)
            {
                _leftOut++;
                _leftOutInAll++;
                return;
            }

            if (_leftOut > 0)
            {
                _waiting.Enqueue(new StreamsEvent { Kind = StreamsEventKind.EventsLeftOut, Number = occurred.Number - 1, Elapsed = occurred.Elapsed, LeftOut = _leftOut });
                _leftOut = 0;
            }

            _waiting.Enqueue(occurred);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for the observer this long, then says what became of its events.</summary>
    public async Task CloseAsync(TimeSpan moment)
    {
        await Task.WhenAny(_ended.Task, Task.Delay(moment)).ConfigureAwait(false);
        long waiting, leftOut;
        lock (_gate)
            (waiting, leftOut) = (_ended.Task.IsCompleted ? 0 : Math.Max(1, _waiting.Count), _leftOutInAll);
        if (leftOut > 0)
            _note($"{Name} was too slow: {leftOut} events were left out.");
        if (waiting > 0)
            _note($"{Name} had not taken its last {waiting} events when the collection was closed; it is not waited for.");
        if (Volatile.Read(ref _thrown) is > 0 and var thrown)
            _note($"{Name} threw {thrown} times; the run went on without it.");
    }

    private void Run()
    {
        while (true)
        {
            var occurred = Take();
            try
            {
                _observer.Observe(occurred);
            }
            catch (Exception exception)
            {
                // Not ours, and nobody's in this run: said once, counted after that.
                if (Interlocked.Increment(ref _thrown) == 1)
                    _note($"{Name} threw {exception.GetType().FullName}: {exception.Message}");
            }

            if (occurred.Kind == StreamsEventKind.CollectionClosed)
            {
                _ended.SetResult();
                return;
            }
        }
    }

    private StreamsEvent Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
                Monitor.Wait(_gate);
            return _waiting.Dequeue();
        }
    }
}
