namespace Streams.Sync.State;

/// <summary>One party's arrival at one round, and everything that its request said.</summary>
internal sealed class Arrival(Round round, Party party, string id, TimeSpan timeout, TimeSpan at) : IWait
{
    public Round Round { get; } = round;

    public Party Party { get; } = party;

    public string Name => Round.Barrier.Name;

    public string Id { get; } = id;

    public TimeSpan Timeout { get; } = timeout;

    public TimeSpan At { get; } = at;

    public byte[]? Data { get; init; }

    /// <summary>The count asked for; differs from the round's for the one that broke it.</summary>
    public int Count { get; init; }

    /// <summary>The list asked for, sorted.</summary>
    public IReadOnlyList<string>? Parties { get; init; }
}
