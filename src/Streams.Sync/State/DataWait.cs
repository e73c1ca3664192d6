namespace Streams.Sync.State;

/// <summary>A party that waits for a value, or for the item of a topic at an offset.</summary>
internal sealed class DataWait(Party party, string name, string id, long offset, TimeSpan at) : IWait, IDeadline
{
    public Party Party { get; } = party;

    public string Name { get; } = name;

    public string Id { get; } = id;

    /// <summary>The offset in a topic; -1 when it waits for a value.</summary>
    public long Offset { get; } = offset;

    public TimeSpan At { get; } = at;

    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;
}
