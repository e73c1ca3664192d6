using Google.Protobuf;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// Events that must arrive exactly once: numbered, held until acknowledged, read by whichever session is attached. A
/// controller that is away costs bounded memory: producers of files' content wait, and what a block says goes to disk,
/// for a block must not stand still because nobody listens.
/// </summary>
internal sealed class EventLog(string spool, long capacity = EventLog.DefaultCapacity, long spoolQuota = EventLog.DefaultSpoolQuota) : IDisposable
{
    private const long DefaultCapacity = 16 * 1024 * 1024;
    private const long DefaultSpoolQuota = 256 * 1024 * 1024;
    private const int MostPerRead = 64;

    /// <summary>A batch is written under one lock, and a heartbeat has to come between two of them on a slow link, too.</summary>
    private const int MostBytesPerRead = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly EventSpool _spool = new(spool, spoolQuota);

    /// <summary>In rising sequence without gaps; the one at <see cref="_head"/> has <see cref="_first"/>. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<Held> _held = [];
    private int _head;
    private ulong _first = 1;
    private long _heldBytes;

    /// <summary>True while a session reads. Guarded by <see cref="_gate"/>.</summary>
    private bool _isRead;

    /// <summary>Replaced each time it is completed. Guarded by <see cref="_gate"/>.</summary>
    private TaskCompletionSource _published = NewSignal();
    private TaskCompletionSource _released = NewSignal();

    /// <summary>The first sequence that is still held, or the next one to be given.</summary>
    public ulong First
    {
        get
        {
            lock (_gate)
                return _first;
        }
    }

    /// <summary>True if a bulky event is taken at once, into memory.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
                return _heldBytes < capacity;
        }
    }

    /// <summary>Numbers the event and makes it available.</summary>
    public void Publish(AgentEvent happened)
    {
        TaskCompletionSource signal;
        lock (_gate)
            signal = Add(happened, spooled: null);
        signal.TrySetResult();
    }

    /// <summary>
    /// The same for what a block says without end. Waits for a session that is slow, and with none takes to the disk. False:
    /// there was no room for it, and it is lost.
    /// </summary>
    public bool TryPublishBulk(AgentEvent happened)
    {
        while (true)
        {
            Task released;
            TaskCompletionSource? signal = null;
            lock (_gate)
            {
                if (_heldBytes < capacity)
                {
                    signal = Add(happened, spooled: null);
                }
                else if (!_isRead)
                {
                    happened.Sequence = Next;
                    if (!_spool.TryAdd(happened, out var place))
                        return false;
                    signal = Add(happened, place);
                }

                released = _released.Task;
            }

            if (signal is not null)
            {
                signal.TrySetResult();
                return true;
            }

            released.GetAwaiter().GetResult(); // the worker's own thread: it stops reading, and so the block writing
        }
    }

    /// <summary>Waits until an event that can wait may be published.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task released;
            lock (_gate)
            {
                if (_heldBytes < capacity)
                    return;
                released = _released.Task;
            }

            await released.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A session reads from now on, or none does.</summary>
    public void SetRead(bool isRead)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _isRead = isRead;
            (signal, _released) = (_released, NewSignal());
        }

        signal.TrySetResult();
    }

    /// <summary>Some of the events after this sequence, in order; waits until there is one.</summary>
    public async Task<IReadOnlyList<AgentEvent>> ReadAfterAsync(ulong sequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task published;
            lock (_gate)
            {
                var skip = sequence < _first ? 0 : (int)Math.Min(sequence - _first + 1, (ulong)Count);
                if (skip < Count)
                    return Batch(_head + skip);
                published = _published.Task;
            }

            await published.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go of the events up to this sequence.</summary>
    /// <exception cref="GrpcException">The sequence was never given.</exception>
    public void Acknowledge(ulong sequence)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            if (sequence >= Next)
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"event {sequence} was acknowledged, but the newest is {Next - 1}");
            for (; Count > 0 && _first <= sequence; _first++)
                Release();
            if (_head > 1024 && _head > Count)
            {
                _held.RemoveRange(0, _head);
                _head = 0;
            }

            (signal, _released) = (_released, NewSignal());
        }

        signal.TrySetResult();
    }

    public void Dispose()
    {
        lock (_gate)
            _spool.Dispose();
    }

    private int Count => _held.Count - _head;

    private ulong Next => _first + (ulong)Count;

    /// <summary>What an event takes in memory, roughly.</summary>
    private static long Weight(AgentEvent happened) => happened.CalculateSize() + 128;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource Add(AgentEvent happened, SpooledEvent? spooled)
    {
        happened.Sequence = Next;
        _held.Add(new Held(spooled is null ? happened : null, spooled.GetValueOrDefault()));
        if (spooled is null)
            _heldBytes += Weight(happened);
        var signal = _published;
        _published = NewSignal();
        return signal;
    }

    private List<AgentEvent> Batch(int from)
    {
        var batch = new List<AgentEvent>();
        for (var bytes = 0; from < _held.Count && batch.Count < MostPerRead && bytes < MostBytesPerRead; from++)
        {
            var happened = _held[from].Event ?? _spool.Read(_held[from].Place);
            batch.Add(happened);
            bytes += happened.CalculateSize();
        }

        return batch;
    }

    private void Release()
    {
        if (_held[_head].Event is { } happened)
            _heldBytes -= Weight(happened);
        else
            _spool.Release();
        _held[_head++] = default;
    }

    /// <summary>In memory, or on disk.</summary>
    private readonly record struct Held(AgentEvent? Event, SpooledEvent Place);
}
