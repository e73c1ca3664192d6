namespace Streams.Results;

/// <summary>Says of blocks that run or wait long that they still do: after 5, 10, 20, 40 … seconds.</summary>
/// <param name="events">The record, whose clock counts.</param>
/// <param name="waits">What a block (stream/name) waits for now and since when, where somebody else knows; asked when a line is due.</param>
internal sealed class Heartbeats(EventsRecord events, Func<IReadOnlyDictionary<string, (string What, TimeSpan For)>>? waits = null)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();

    // Guarded by _gate: the blocks that run, what each does, since when, and when the next line is due.
    private readonly Dictionary<BlockRecord, (string? Wait, TimeSpan Since, TimeSpan Due)> _watched = [];
    private TimeSpan _next = TimeSpan.MaxValue;

    /// <summary>Time until the next line may be due; infinite if nothing runs. On the writer's thread, after <see cref="Due"/>.</summary>
    public TimeSpan Next
    {
        get
        {
            lock (_gate)
                return _watched.Count == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Math.Clamp((_next - events.Elapsed).TotalSeconds, 0.01, 3600));
        }
    }

    /// <summary>Watches a block from now on, until it is finished. Cheap; from any thread.</summary>
    public void Watch(BlockRecord block)
    {
        lock (_gate)
        {
            var now = events.Elapsed;
            _watched.TryAdd(block, (null, now, now + First));
        }
    }

    /// <summary>The lines that are due now.</summary>
    public IReadOnlyList<string> Due(int blocks)
    {
        List<(BlockRecord Block, string? Wait, TimeSpan For)> due = [];
        lock (_gate)
        {
            _next = TimeSpan.MaxValue;
            if (_watched.Count == 0)
                return [];
            var now = events.Elapsed;
            foreach (var (block, entry) in _watched.ToArray())
            {
                if (block.IsFinished)
                    _watched.Remove(block);
                else
                    _next = Min(_next, LookLocked(block, entry, now, due));
            }
        }

        if (due.Count == 0)
            return [];
        // Asked outside the lock: the sync server has one of its own.
        var known = waits?.Invoke();
        return [.. due.Select(line => Line(line.Block.Snapshot(), blocks, line.Wait, line.For, known))];
    }

    private static string Line(RecordedBlock block, int blocks, string? wait, TimeSpan time, IReadOnlyDictionary<string, (string What, TimeSpan For)>? known)
    {
        if (wait is not null)
            return HumanLines.StillWaiting(block, blocks, wait, time);
        return known is not null && known.TryGetValue($"{block.Stream}/{block.Name}", out var other)
            ? HumanLines.StillWaiting(block, blocks, other.What, other.For)
            : HumanLines.StillRunning(block, blocks, time);
    }

    private TimeSpan LookLocked(BlockRecord block, (string? Wait, TimeSpan Since, TimeSpan Due) entry, TimeSpan now, List<(BlockRecord, string?, TimeSpan)> due)
    {
        var wait = block.CurrentWait;
        if (!ReferenceEquals(wait?.What, entry.Wait))
        {
            var since = wait?.From ?? now;
            entry = (wait?.What, since, since + First);
        }

        if (now >= entry.Due)
        {
            due.Add((block, entry.Wait, now - entry.Since));
            entry.Due = entry.Since + ((now - entry.Since) * 2);
        }

        _watched[block] = entry;
        return entry.Due;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
