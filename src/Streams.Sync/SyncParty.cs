namespace Streams.Sync;

/// <summary>What an embedding program tells the server about one party, for its reports and its detector.</summary>
public sealed record SyncParty
{
    /// <summary>The identity that the party connects with, such as <c>client/1-NetPerf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The machine it runs on, as people know it.</summary>
    public string? Host { get; init; }

    /// <summary>The piece of work that it is.</summary>
    public string? Block { get; init; }

    /// <summary>What it is at, in the embedding program's words, such as <c>queued</c> or <c>running</c>.</summary>
    public string? State { get; init; }

    /// <summary>
    /// Whether it may start further parties under its own name (<c>name/..</c>, such as commands with a socket of their
    /// own). Rounds that only such parties could complete are held to be possible as long as it can go on to start them:
    /// not while it waits for that very round, nor while it is among parties that all wait for one another.
    /// </summary>
    public bool MayBringOthers { get; init; }

    /// <summary>
    /// Whether parties under its own name may be on their way now, such as commands that it has started and that have not
    /// connected yet: from then on until it ends, and whether it waits or not, no round without a list is held to be
    /// impossible. Say it before the first of them starts.
    /// </summary>
    public bool HasOthers { get; init; }

    /// <summary>
    /// The party that must have ended before this one can begin, such as the block before it in a queue. The two can never
    /// meet: a round that waits for both is held to be impossible.
    /// </summary>
    public string? ComesAfter { get; init; }

    /// <summary>
    /// Whether it comes to nothing new once the server is sealed, such as the embedding program's own body that then waits for
    /// the others: while sealed it counts only as long as it waits itself.
    /// </summary>
    public bool ComesOnlyWhileOpen { get; init; }
}
