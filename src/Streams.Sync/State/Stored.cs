namespace Streams.Sync.State;

/// <summary>A set-once value, or the place where readers wait for it.</summary>
internal sealed class StoredValue
{
    public byte[]? Value { get; set; }

    public string? By { get; set; }

    public List<DataWait> Readers { get; } = [];
}

/// <summary>An ordered topic: everything ever published, and who waits for more.</summary>
internal sealed class Topic
{
    public List<byte[]> Items { get; } = [];

    public List<DataWait> Readers { get; } = [];
}
