using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <content>What the embedding program tells: parties, their ends, open or sealed.</content>
internal sealed partial class SyncMachine
{
    private void Declare(SyncParty declared, PartySigns signs)
    {
        var party = FindOrAddParty(declared.Name);
        party.Declared = declared;
        party.Signs = signs;
        party.HasOthers |= declared.HasOthers;
        SetEnd(party, null);
        var before = party.Bringing;
        UpdateLive(party);
        if (party.Bringing < before)
            FindDoomed();
    }

    /// <summary>The link to a party's host is down, or up again: whether those behind it live is not judged meanwhile.</summary>
    private void NoteContact(Party party, bool isAway)
    {
        foreach (var member in (Party[])[party, .. _descendants.Of(party.Name)])
        {
            member.IsAway = isAway;
            member.PingedAt = null;
            if (member.Session is null && member.Due != TimeSpan.MaxValue)
                _deadlines.Set(member, _now + GraceOf(member));
        }
    }

    private void Open(bool isOpen)
    {
        IsSealed = !isOpen;
        foreach (var party in _parties.Values.Where(party => party.Declared is { ComesOnlyWhileOpen: true }).ToList())
            UpdateLive(party);
        if (isOpen)
            Failure = null;
        else
            FindDoomed();
        _detectorWanted = true;
    }

    /// <summary>A party ended: the rounds it is in or is listed for break, and perhaps those it would have been needed for.</summary>
    private void End(Party party, SyncPartyEnd end)
    {
        if (party.End is not null)
            return;
        var why = WaitReport.Ending(end);
        var cause = end.IsUnexpectedFailure ? BarrierCause.Failed : BarrierCause.Left;
        EndOne(party, end, cause, why);
        foreach (var member in _descendants.Of(party.Name))
            EndOne(member, end with { Reason = $"ended with {party.Name}, which {why}", IsUnexpectedFailure = false }, cause, why);
        if (end.IsUnexpectedFailure && Options.Propagate)
            NoteFailure(party, why, BarrierCause.Failed);
        FindDoomed();
    }

    /// <summary>
    /// The first failure of a declared party stands until <see cref="Open"/>: rounds to come that needed it break too.
    /// Parties nobody declared come and go as they like, so their failure counts for the rounds open now.
    /// </summary>
    private void NoteFailure(Party party, string why, BarrierCause cause)
    {
        var before = Failure;
        Failure ??= new PartyFailure(party.Name, why, _now, cause);
        if (party.Declared is not null)
            return;
        FindDoomed();
        Failure = before;
    }

    private void EndOne(Party party, SyncPartyEnd end, BarrierCause cause, string why)
    {
        SetEnd(party, end);
        party.EndedAt = _now;
        party.HasOthers &= party.Session is not null;   // declared again, it begins anew
        _deadlines.Clear(party);
        UpdateLive(party);
        BreakRoundsOf(party, cause, why);
        DropDataWaits(party, cause, why);
        if (_undecided.Count == 0)
            return;
        foreach (var round in _undecided.Where(round => round.Listed?.Contains(party.Name) is true).ToList())
        {
            if (!round.IsDecided)
                Break(round, cause, party.Name, WaitReport.Broken(this, round, $"{WaitReport.Describe(party)} {why}"));
        }
    }
}
