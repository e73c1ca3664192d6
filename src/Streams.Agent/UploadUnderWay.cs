using Streams.Transfers;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>An upload and how far it is. Of its calls only the newest may write.</summary>
internal sealed class UploadUnderWay(string id, TransferTarget target) : IDisposable
{
    private readonly Lock _gate = new();
    private int _turn;
    private bool _isOver;

    public string Id => id;

    /// <summary>Set when all is there.</summary>
    public TransferDone? Done { get; private set; }

    public TransferPosition Position
    {
        get
        {
            lock (_gate)
                return target.Position.Clone();
        }
    }

    /// <summary>A new call takes over; the number that it has to show.</summary>
    public int TakeTurn()
    {
        lock (_gate)
            return ++_turn;
    }

    /// <summary>False: another call has taken over, or the transfer is over.</summary>
    public bool TryReceive(int turn, TransferPart part)
    {
        lock (_gate)
        {
            if (turn != _turn || _isOver)
                return false;
            target.Receive(part.Items);
            if (part.End)
                Done = target.Finish();
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            target.Dispose();
        }
    }
}
