namespace Streams.Scheduling;

/// <summary>Lets so many blocks of a collection run at once; the others wait, first come, first served.</summary>
internal sealed class TurnGate(int most)
{
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private readonly LinkedList<TaskCompletionSource> _waiting = [];

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private int _running;

    public int Most => most;

    /// <summary>Completes when it is the caller's turn, which he must end with <see cref="Leave"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled: it never was his turn.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            if (_running < most)
            {
                _running++;
                return;
            }

            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!GiveUp(place))
                Leave();
            throw;
        }
    }

    public void Leave()
    {
        TaskCompletionSource next;
        lock (_gate)
        {
            if (_waiting.First is not { } first)
            {
                _running--;
                return;
            }

            _waiting.RemoveFirst();
            next = first.Value;
        }

        next.SetResult();
    }

    /// <summary>False if the turn had come in the same moment.</summary>
    private bool GiveUp(LinkedListNode<TaskCompletionSource> place)
    {
        lock (_gate)
        {
            if (place.List is null)
                return false;
            _waiting.Remove(place);
            return true;
        }
    }
}
