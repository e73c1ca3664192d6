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
    /// Whether it may start further parties under its own name at any moment (commands with a socket of their own);
    /// while it lives, no round is then held to be impossible.
    /// </summary>
    public bool MayBringOthers { get; init; }
}
