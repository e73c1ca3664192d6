namespace Streams.Sync.State;

/// <content>
/// Rounds that can no longer be completed. The rule above all: a round that some course of events could still complete
/// is left alone. So parties are taken to be able to come to everything; only the dead cannot come, and those that wait
/// for something nobody can bring.
/// </content>
internal sealed partial class SyncMachine
{
    private bool _detectorWanted;

    /// <summary>While a collection is open and nobody failed, parties yet unknown may complete anything.</summary>
    private bool IsDetecting => IsSealed || Failure is not null;

    private void FindDoomed()
    {
        _detectorWanted = true;
        if (!IsDetecting || _undecided.Count == 0)
            return;
        foreach (var round in _undecided.ToList())
        {
            if (!round.IsDecided && WhyDoomed(round) is { } doom)
                Break(round, doom.Cause, doom.By, doom.Report);
        }
    }

    /// <summary>Whether too few parties live to fill a round, whatever they wait for now.</summary>
    private Breakage? WhyDoomed(Round round)
    {
        var dead = round.Listed?.Select(name => _parties.GetValueOrDefault(name)).FirstOrDefault(party => party?.End is not null);
        if (dead is not null)
            return new Breakage(dead.End!.IsUnexpectedFailure ? BarrierCause.Failed : BarrierCause.Left, dead.Name, WaitReport.Broken(this, round, $"{WaitReport.Describe(dead)} {WaitReport.Ending(dead.End)}"));
        if (round.Listed is { } listed && NeverTogether(listed) is { } pair)
            return new Breakage(BarrierCause.Doomed, null, WaitReport.Broken(this, round, $"{pair.Later.Name} begins only after {pair.Earlier.Name} has ended, so the two can never meet"));
        if (!IsDetecting || CouldComplete(round, free: null))
            return null;
        return Doom(round, deadlock: null);
    }

    /// <summary>The live party that must end before this one can begin; null: it can begin.</summary>
    public Party? Predecessor(Party party) =>
        party.Declared?.ComesAfter is { } name && _parties.TryGetValue(name, out var before) && before.IsLive ? before : null;

    /// <summary>Two parties of which one begins only when the other has ended.</summary>
    private (Party Later, Party Earlier)? NeverTogether(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!_parties.TryGetValue(name, out var party) || !party.IsLive)
                continue;
            for (var before = Predecessor(party); before is not null; before = Predecessor(before))
            {
                if (names.Contains(before.Name))
                    return (party, before);
            }
        }

        return null;
    }

    private Breakage Doom(Round round, string? deadlock) => Failure is { } failure
        ? new Breakage(failure.Cause, failure.Party, WaitReport.Doomed(this, round, $"{failure.Party} {failure.Reason}, and without it too few can come", deadlock))
        : new Breakage(BarrierCause.Doomed, null, WaitReport.Doomed(this, round, "too few parties can still come", deadlock));

    /// <summary>Whether enough parties could fill the round: all that live, or only those of <paramref name="free"/>.</summary>
    private bool CouldComplete(Round round, HashSet<Party>? free)
    {
        if (round.Arrived >= round.Need)
            return true;
        if (round.Listed is { } listed)
            return listed.All(name => CouldCome(round, name, free));
        if (_haveOthers > 0)
            return true;
        var missing = round.Need - round.Arrived;
        if ((free ?? _live).Count - round.Arrived >= missing)
            return true;
        return free is null
            ? _mayBring > 0 && _mayBring > round.Members.Count(member => member.Party is { Bringing: Bringing.WhileFree, IsConcurrent: false })
            : free.Count(party => !round.HasMember(party)) >= missing || _mayBring > 0 && free.Any(party => party.Bringing == Bringing.WhileFree);
    }

    private bool CouldCome(Round round, string name, HashSet<Party>? free)
    {
        if (_parties.TryGetValue(name, out var party) && (round.HasMember(party) || party.IsLive && free?.Contains(party) is not false))
            return true;
        if (_mayBring + _haveOthers == 0)
            return false;
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
        {
            if (_parties.TryGetValue(name[..slash], out var bringer) && CouldBring(bringer, round, free))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether a party could bring one to this round. If it only may start others, it must be able to go on first: past
    /// whatever else it waits for, but not past this very round.
    /// </summary>
    private static bool CouldBring(Party party, Round round, HashSet<Party>? free) => party.Bringing switch
    {
        Bringing.Always => true,
        Bringing.WhileFree => free?.Contains(party) ?? (party.IsConcurrent || !round.HasMember(party)),
        _ => false,
    };

    /// <summary>
    /// Finds parties that all wait for one another. Optimistic: whoever waits for something that could come about is
    /// taken to go on and come to everything else; what is left over cannot move.
    /// </summary>
    private void FindDeadlocks()
    {
        if (!IsDetecting)
            return;
        var free = _live.Where(party => !party.IsBlocked && Predecessor(party) is null).ToHashSet();
        bool changed;
        do
        {
            changed = false;
            foreach (var party in _live.Where(party => !free.Contains(party)))
                changed |= CouldGoOn(party, free) && free.Add(party);
        }
        while (changed);
        var stuck = _live.Where(party => !free.Contains(party)).ToList();
        if (stuck.Count == 0)
            return;
        if (stuck.Exists(party => party.Waits.Count > 0 && _now - party.Waits[^1].At < Options.Settle))
            _deadlines.Set(_detector, _now + Options.Settle);
        else
            BreakDeadlock(stuck);
    }

    private bool CouldGoOn(Party party, HashSet<Party> free) => party.IsBlocked
        ? party.Waits.Exists(wait => CouldEnd(wait, free))
        : Predecessor(party) is not { } before || free.Contains(before);

    private bool CouldEnd(IWait wait, HashSet<Party> free) =>
        wait is Arrival arrival ? CouldComplete(arrival.Round, free) : free.Count > 0;

    private void BreakDeadlock(List<Party> stuck)
    {
        var waits = stuck.SelectMany(party => party.Waits).ToList();
        var graph = WaitReport.Graph(this, waits, [.. stuck.Where(party => party.Waits.Count == 0)]);
        var dooms = waits.OfType<Arrival>().Select(arrival => arrival.Round).Distinct().Select(round => (round, doom: Doom(round, graph))).ToList();
        foreach (var wait in waits.OfType<DataWait>())
            EndWait(wait, Failure?.Cause ?? BarrierCause.Doomed, WaitReport.NoValue(this, wait, $"nobody can put it any more\n{graph}"));
        foreach (var (round, doom) in dooms.Where(doomed => !doomed.round.IsDecided))
            Break(round, doom.Cause, doom.By, doom.Report);
    }
}
