namespace Streams.Sync.State;

/// <summary>One generation of a barrier. Gathers, then passes or breaks, once.</summary>
internal sealed class Round(Barrier barrier, long number, int need, IReadOnlyList<string>? listed, TimeSpan openedAt) : IDeadline
{
    public Barrier Barrier { get; } = barrier;

    public long Number { get; } = number;

    public int Need { get; } = need;

    /// <summary>The parties that must come, sorted; null when any will do.</summary>
    public IReadOnlyList<string>? Listed { get; } = listed;

    public TimeSpan OpenedAt { get; } = openedAt;

    /// <summary>The earliest deadline of its members.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    public List<Arrival> Members { get; private set; } = [];

    /// <summary>How many had arrived, also when the members have been let go.</summary>
    public int Arrived { get; private set; }

    public int DataBytes { get; set; }

    /// <summary>Members of a full round that must show a sign of life first.</summary>
    public HashSet<Party>? Doubtful { get; set; }

    public bool HasPassed { get; private set; }

    /// <summary>Why it broke.</summary>
    public Breakage? Breakage { get; private set; }

    public bool IsDecided => HasPassed || Breakage is not null;

    public void Add(Arrival arrival)
    {
        Members.Add(arrival);
        Arrived = Members.Count;
        DataBytes += arrival.Data?.Length ?? 0;
    }

    public bool HasMember(Party party)
    {
        foreach (var wait in party.Waits)
        {
            if (wait is Arrival arrival && arrival.Round == this)
                return true;
        }
        return false;
    }

    public void Pass() => HasPassed = IsDecided ? throw new InvalidOperationException($"round {Number} of {Barrier.Name} was decided") : true;

    public void Break(Breakage breakage) => Breakage = IsDecided ? throw new InvalidOperationException($"round {Number} of {Barrier.Name} was decided") : breakage;

    /// <summary>Lets go of what nobody can ask for again; a round that carried data keeps it for repeats.</summary>
    public void Trim()
    {
        if (DataBytes == 0)
            Members = [];
    }

    /// <summary>Lets go of gathered data; a repeat can then no longer be answered with it.</summary>
    public void Forget() => Members = [];
}

/// <summary>What broke a round.</summary>
internal sealed record Breakage(BarrierCause Cause, string? By, string Report);
