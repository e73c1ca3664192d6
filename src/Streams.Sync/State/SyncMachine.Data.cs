using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <content>Set-once values and topics.</content>
internal sealed partial class SyncMachine
{
    private readonly Dictionary<string, StoredValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private long _storedBytes;

    public IReadOnlyDictionary<string, StoredValue> Values => _values;

    public IReadOnlyDictionary<string, Topic> Topics => _topics;

    private void Put(Session session, Party party, PutCommand put)
    {
        if (_values.GetValueOrDefault(put.Key) is { Value: { } before } stored)
        {
            if (before.AsSpan().SequenceEqual(put.Value))
                Send(session, new OkReply("PUT", Word.Encode(put.Key)));
            else
                Refuse(session, "exists", $"{Word.Encode(put.Key)} was put by {Word.Encode(stored.By!)} with another value");
            return;
        }
        if (!HasRoom(session, put.Value.Length) || Value(session, put.Key) is not { } slot)
            return;
        slot.Value = put.Value;
        slot.By = party.Name;
        _storedBytes += put.Value.Length;
        Send(session, new OkReply("PUT", Word.Encode(put.Key)));
        foreach (var reader in slot.Readers)
        {
            Send(reader.Party.Session, new ValueReply(put.Key, reader.Id, put.Value));
            _deadlines.Clear(reader);
            EndWaiting(reader);
        }
        slot.Readers.Clear();
    }

    private void Get(Session session, Party party, GetCommand get)
    {
        if (Value(session, get.Key) is not { } slot)
            return;
        if (slot.Value is { } value)
            Send(session, new ValueReply(get.Key, get.Id, value));
        else
            Wait(session, slot.Readers, new DataWait(party, get.Key, get.Id, -1, _now), get.Timeout);
    }

    private void Publish(Session session, Party party, PublishCommand publish)
    {
        party.Done ??= new OnceOnly();
        if (!party.Done.TryGet($"PUB {publish.Id}", out var offset))
        {
            if (!HasRoom(session, publish.Value.Length) || Topic(session, publish.Topic) is not { } topic)
                return;
            offset = topic.Items.Count;
            topic.Items.Add(publish.Value);
            _storedBytes += publish.Value.Length;
            party.Done.TryAdd($"PUB {publish.Id}", offset);
            Serve(publish.Topic, topic);
        }
        Send(session, new OkReply("PUB", FormattableString.Invariant($"{Word.Encode(publish.Topic)} {offset}")));
    }

    private void Serve(string name, Topic topic)
    {
        foreach (var reader in topic.Readers.Where(reader => reader.Offset < topic.Items.Count).ToList())
        {
            Send(reader.Party.Session, new ItemReply(name, reader.Id, reader.Offset, topic.Items[(int)reader.Offset]));
            topic.Readers.Remove(reader);
            _deadlines.Clear(reader);
            EndWaiting(reader);
        }
    }

    private void Pull(Session session, Party party, PullCommand pull)
    {
        if (Topic(session, pull.Topic) is not { } topic)
            return;
        if (pull.Offset < topic.Items.Count)
            Send(session, new ItemReply(pull.Topic, pull.Id, pull.Offset, topic.Items[(int)pull.Offset]));
        else
            Wait(session, topic.Readers, new DataWait(party, pull.Topic, pull.Id, pull.Offset, _now), pull.Timeout);
    }

    private void Wait(Session session, List<DataWait> readers, DataWait wait, TimeSpan timeout)
    {
        var known = readers.Find(reader => reader.Party == wait.Party && reader.Id == wait.Id);
        if (known is null)
        {
            readers.Add(wait);
            BeginWait(wait);
            _deadlines.Set(wait, _now + timeout);
        }
        Send(session, new PendingReply(wait.Name, wait.Id));
    }

    private void TimeOut(DataWait wait) =>
        EndWait(wait, BarrierCause.Timeout, WaitReport.NoValue(this, wait, $"nobody put it within {WaitReport.Seconds(_now - wait.At)}"));

    private void EndWait(DataWait wait, BarrierCause cause, string report)
    {
        _deadlines.Clear(wait);
        EndWaiting(wait);
        (wait.Offset < 0 ? _values[wait.Name].Readers : _topics[wait.Name].Readers).Remove(wait);
        Send(wait.Party.Session, new NoneReply(wait.Name, wait.Id, cause, report));
    }

    private void DropDataWaits(Party party, BarrierCause cause, string why)
    {
        if (party.Waits.Count == 0)
            return;
        foreach (var wait in party.Waits.OfType<DataWait>().ToList())
            EndWait(wait, cause, $"{party.Name} {why}");
    }

    private IEnumerable<DataWait> AllDataWaits() =>
        _values.Values.SelectMany(value => value.Readers).Concat(_topics.Values.SelectMany(topic => topic.Readers));

    private StoredValue? Value(Session session, string key)
    {
        if (!_values.TryGetValue(key, out var slot) && HasName(session))
            _values.Add(key, slot = new StoredValue());
        return slot;
    }

    private Topic? Topic(Session session, string name)
    {
        if (!_topics.TryGetValue(name, out var topic) && HasName(session))
            _topics.Add(name, topic = new Topic());
        return topic;
    }

    private bool HasName(Session session)
    {
        if (Names < Options.MaxNames)
            return true;
        Refuse(session, "full", $"{Options.MaxNames} names are in use");
        return false;
    }

    private bool HasRoom(Session session, int length)
    {
        if (_storedBytes + length <= Options.MaxStoredBytes)
            return true;
        Refuse(session, "full", $"the server keeps at most {Options.MaxStoredBytes} bytes");
        return false;
    }
}
