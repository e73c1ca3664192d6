namespace Streams.Sync.State;

/// <summary>A name: the round being gathered, or what broke the last one, and how many there have been.</summary>
internal sealed class Barrier(string name)
{
    public string Name { get; } = name;

    public long Rounds { get; set; }

    /// <summary>The round that is being gathered.</summary>
    public Round? Open { get; set; }

    /// <summary>Rounds that are complete but for a sign of life of some members; new arrivals open the next one.</summary>
    public List<Round> Full { get; } = [];

    /// <summary>The rounds not decided yet, the oldest first.</summary>
    public IEnumerable<Round> Undecided => Open is { } open ? Full.Append(open) : Full;

    /// <summary>The round that broke; new arrivals are answered with its cause until somebody resets the name.</summary>
    public Round? Broken { get; set; }

    /// <summary>The last one that passed, for LIST and WHY.</summary>
    public TimeSpan? PassedAt { get; set; }

    /// <summary>Takes a decided round out.</summary>
    public void Remove(Round round)
    {
        if (Open == round)
            Open = null;
        else
            Full.Remove(round);
    }

    /// <summary>Requests that came to nothing, such as FAIL of a name nobody had entered.</summary>
    public string? Note { get; set; }
}
