namespace Streams.Sync.State;

/// <summary>
/// What is due next. A change of mind leaves a stale entry in the heap, which is skipped when it surfaces and swept out
/// when stale ones prevail, so that a loop of quick barriers with long time limits holds no memory.
/// </summary>
internal sealed class DeadlineQueue
{
    private readonly PriorityQueue<IDeadline, TimeSpan> _heap = new();
    private int _live;

    public TimeSpan Next
    {
        get
        {
            while (_heap.TryPeek(out var owner, out var due) && owner.Due != due)
                _heap.Dequeue();
            return _heap.TryPeek(out _, out var next) ? next : TimeSpan.MaxValue;
        }
    }

    public void Set(IDeadline owner, TimeSpan due)
    {
        if (owner.Due == due)
            return;
        if (owner.Due != TimeSpan.MaxValue)
            _live--;
        owner.Due = due;
        if (due == TimeSpan.MaxValue)
            return;
        _live++;
        _heap.Enqueue(owner, due);
        if (_heap.Count > 1024 && _heap.Count > 4 * _live)
            Sweep();
    }

    public void Clear(IDeadline owner) => Set(owner, TimeSpan.MaxValue);

    /// <summary>Takes out the first that is due.</summary>
    public IDeadline? TakeDue(TimeSpan now)
    {
        if (Next > now)
            return null;
        var owner = _heap.Dequeue();
        owner.Due = TimeSpan.MaxValue;
        _live--;
        return owner;
    }

    private void Sweep()
    {
        var entries = _heap.UnorderedItems.Where(entry => entry.Element.Due == entry.Priority).Distinct().ToList();
        _heap.Clear();
        _heap.EnqueueRange(entries);
    }
}
