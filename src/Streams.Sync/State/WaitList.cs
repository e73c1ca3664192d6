using System.Collections;

namespace Streams.Sync.State;

/// <summary>Who waited how long in a round that ended; computed only when somebody looks.</summary>
internal sealed class WaitList(List<Arrival> members, TimeSpan end) : IReadOnlyList<KeyValuePair<string, TimeSpan>>
{
    public int Count => members.Count;

    public KeyValuePair<string, TimeSpan> this[int index] => KeyValuePair.Create(members[index].Party.Name, end - members[index].At);

    public IEnumerator<KeyValuePair<string, TimeSpan>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
