using Google.Protobuf;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// Events that must arrive exactly once: numbered, held until acknowledged, read by whichever session is attached.
/// Producers of bulk wait while too much is held, so that a controller that is away costs bounded memory.
/// </summary>
internal sealed class EventLog(long capacity = EventLog.DefaultCapacity)
{
    private const long DefaultCapacity = 16 * 1024 * 1024;
    private const int MostPerRead = 64;

    private readonly Lock _gate = new();

    /// <summary>Held events in rising sequence without gaps; the first has <see cref="_first"/>. Guarded by <see cref="_gate"/>.</summary>
    private readonly Queue<AgentEvent> _held = new();
    private ulong _first = 1;
    private long _heldBytes;

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

    /// <summary>Numbers the event and makes it available.</summary>
    public void Publish(AgentEvent happened)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            happened.Sequence = _first + (ulong)_held.Count;
            _held.Enqueue(happened);
            _heldBytes += Weight(happened);
            (signal, _published) = (_published, NewSignal());
        }

        signal.TrySetResult();
    }

    /// <summary>Waits until a bulky event may be published.</summary>
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

    /// <summary>Some of the events after this sequence, in order; waits until there is one.</summary>
    public async Task<IReadOnlyList<AgentEvent>> ReadAfterAsync(ulong sequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task published;
            lock (_gate)
            {
                var skip = sequence < _first ? 0 : (int)Math.Min(sequence - _first + 1, (ulong)_held.Count);
                if (skip < _held.Count)
                    return [.. _held.Skip(skip).Take(MostPerRead)];
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
            if (sequence >= _first + (ulong)_held.Count)
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"event {sequence} was acknowledged, but the newest is {_first + (ulong)_held.Count - 1}");
            while (_held.Count > 0 && _first <= sequence)
            {
                _heldBytes -= Weight(_held.Dequeue());
                _first++;
            }

            (signal, _released) = (_released, NewSignal());
        }

        signal.TrySetResult();
    }

    /// <summary>What an event takes in memory, roughly.</summary>
    private static long Weight(AgentEvent happened) => happened.CalculateSize() + 128;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
