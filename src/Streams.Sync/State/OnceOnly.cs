namespace Streams.Sync.State;

/// <summary>Requests of one party that must not be done twice, and what they were answered; the last 1,024 of them.</summary>
internal sealed class OnceOnly
{
    private const int Limit = 1024;

    private readonly Dictionary<string, long> _answers = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool TryAdd(string id, long answer)
    {
        if (!_answers.TryAdd(id, answer))
            return false;
        _order.Enqueue(id);
        if (_order.Count > Limit)
            _answers.Remove(_order.Dequeue());
        return true;
    }

    public bool TryGet(string id, out long answer) => _answers.TryGetValue(id, out answer);
}
