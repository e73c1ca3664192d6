using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <content>Identities: greeting, fencing, losing contact and coming back.</content>
internal sealed partial class SyncMachine
{
    private const int KeptParties = 20_000;

    /// <summary>Who said that a party is away says how that ended; this is for the case that nobody does.</summary>
    private static readonly TimeSpan LongestAway = TimeSpan.FromDays(1);

    private int _mayBring;
    private int _haveOthers;
    private int _partiesBeforePruning = KeptParties;

    private Party FindOrAddParty(string name)
    {
        if (_parties.TryGetValue(name, out var party))
            return party;
        if (_parties.Count >= _partiesBeforePruning)
            Prune();
        _parties.Add(name, party = new Party(name));
        _descendants.Add(party);
        return party;
    }

    /// <summary>Forgets undeclared parties that are gone: commands of a long run, each with a name of its own.</summary>
    private void Prune()
    {
        foreach (var party in _parties.Values.Where(party => party is { IsLive: false, Declared: null, Waits.Count: 0 }).ToList())
        {
            _parties.Remove(party.Name);
            _descendants.Remove(party);
        }
        _partiesBeforePruning = Math.Max(KeptParties, 2 * _parties.Count);
    }

    /// <summary>Keeps the live parties, and the count of those that could bring others; call after every change of what they depend on.</summary>
    private void UpdateLive(Party party)
    {
        var isAway = IsSealed && party.Declared is { ComesOnlyWhileOpen: true } && party.Waits.Count == 0;
        var isLive = !isAway && party.End is null && (party.Declared is not null || party.Session is not null || party.Due != TimeSpan.MaxValue);
        if (isLive != party.IsLive)
        {
            party.IsLive = isLive;
            if (isLive)
                _live.Add(party);
            else
                _live.Remove(party);
        }
        var bringing = !isLive ? Bringing.Never
            : party.HasOthers ? Bringing.Always
            : party.Declared is { MayBringOthers: true } ? Bringing.WhileFree : Bringing.Never;
        if (bringing == party.Bringing)
            return;
        _mayBring += (bringing == Bringing.WhileFree ? 1 : 0) - (party.Bringing == Bringing.WhileFree ? 1 : 0);
        _haveOthers += (bringing == Bringing.Always ? 1 : 0) - (party.Bringing == Bringing.Always ? 1 : 0);
        party.Bringing = bringing;
    }

    /// <summary>Says how a party ended, or that it goes on.</summary>
    private void SetEnd(Party party, SyncPartyEnd? end)
    {
        if (party.End is null != end is null)
        {
            if (end is null)
                _descendants.Add(party);
            else
                _descendants.Remove(party);
        }
        party.End = end;
    }

    private void SetParent(Party party, string? parent)
    {
        if (parent is null || parent == party.Parent)
            return;
        _descendants.Remove(party);
        party.Parent = parent;
        if (party.End is null)
            _descendants.Add(party);
    }

    private void Greet(Session session, HelloCommand hello)
    {
        if (session.Party is not null)
        {
            Refuse(session, "order", "greeted already");
            return;
        }
        if (Options.Collection is { } collection && hello.Collection is { } named && named != collection)
        {
            Refuse(session, "collection", $"this is {Word.Encode(collection)}", close: true);
            return;
        }
        if (EndedAncestor(hello) is { } ended)
        {
            Refuse(session, "ended", $"{Word.Encode(ended.Name)} ended {ended.End!.Outcome}", close: true);
            return;
        }
        var party = FindOrAddParty(hello.Party);
        if (hello.Instance is not null && hello.Instance == party.Instance && hello.Connection < party.ConnectionNumber)
        {
            Refuse(session, "fenced", "a newer connection of this client was here", close: true);
            return;
        }
        Attach(party, session, hello);
    }

    private Party? EndedAncestor(HelloCommand hello)
    {
        if (_parties.TryGetValue(hello.Party, out var itself) && itself is { End: not null, Declared: not null })
            return itself;
        return hello.Parent is { } parent && _parties.TryGetValue(parent, out var found) && found.End is not null ? found : null;
    }

    private void Attach(Party party, Session session, HelloCommand hello)
    {
        if (party.Session is { } old)
        {
            old.Party = null;
            Send(old, new BadReply("fenced", "another connection goes on with this name") { Close = true });
        }
        var isOtherProcess = party.Instance is not null && hello.Instance is not null && party.Instance != hello.Instance;
        session.Party = party;
        party.Session = party.LastSession = session;
        if (party.Declared is null)
            SetEnd(party, null);
        SetParent(party, hello.Parent);
        party.Instance = hello.Instance ?? party.Instance;
        party.ConnectionNumber = hello.Connection;
        party.IsManual = hello.IsManual;
        party.IsConcurrent |= hello.IsConcurrent;
        party.HasOthers |= hello.BringsOthers;
        _deadlines.Clear(party);
        UpdateLive(party);
        Send(session, new OkReply("HELLO", FormattableString.Invariant($"{Word.Encode(party.Name)} heartbeat={Options.Heartbeat.TotalSeconds} grace={Options.Grace.TotalSeconds}")));
        if (isOtherProcess)
            BreakRoundsOf(party, BarrierCause.Lost, "came back as a new process, which knows nothing of its wait");
        Hear(party);
    }

    /// <summary>Notes a sign of life, and releases rounds that were waiting for just that.</summary>
    private void Hear(Party party)
    {
        party.LastHeard = _now;
        party.PingedAt = null;
        for (var i = party.Waits.Count - 1; i >= 0; i--)
        {
            if (i < party.Waits.Count && party.Waits[i] is Arrival { Round: { Doubtful: { } doubtful } round } && doubtful.Remove(party) && doubtful.Count == 0)
                TryRelease(round);
        }
    }

    private bool IsFresh(Party party) =>
        party.Session is not null && (party.IsManual || _now - party.LastHeard <= Options.Fresh);

    private void Disconnect(Session session)
    {
        if (session.Party is not { } party)
            return;
        session.Party = null;
        session.Former = party;
        party.Session = null;
        party.PingedAt = null;
        _deadlines.Set(party, _now + GraceOf(party));
        UpdateLive(party);
    }

    private TimeSpan GraceOf(Party party) => party.IsAway ? LongestAway : Options.Grace;

    private void KeepHalf(Session session, Party party)
    {
        session.Party = party;
        party.Session = session;
        party.IsManual = true;
        _deadlines.Clear(party);
        Hear(party);
    }

    /// <summary>The party will not come back: rounds it was in break; one nobody declared is gone altogether.</summary>
    private void Lose(Party party, string why)
    {
        _deadlines.Clear(party);
        UpdateLive(party);
        party.EndedAt = _now;
        BreakRoundsOf(party, BarrierCause.Lost, why);
        DropDataWaits(party, BarrierCause.Lost, why);
        if (party is { Declared: null, IsManual: false, End: null } && (party.Instance is not null || party.HasEntered))
            NoteFailure(party, why, BarrierCause.Lost);
        FindDoomed();
    }

    private void BreakRoundsOf(Party party, BarrierCause cause, string why)
    {
        if (party.Waits.Count == 0)
            return;
        foreach (var arrival in party.Waits.OfType<Arrival>().ToList())
        {
            if (!arrival.Round.IsDecided)
                Break(arrival.Round, cause, party.Name, WaitReport.Broken(this, arrival.Round, $"{WaitReport.Describe(party)} {why}"));
        }
    }

    private void Bye(Session session, Party party)
    {
        Send(session, new OkReply("BYE") { Close = true });
        session.Party = null;
        party.Session = null;
        UpdateLive(party);
        party.EndedAt = _now;
        BreakRoundsOf(party, BarrierCause.Left, "said good-bye while it was waiting");
        DropDataWaits(party, BarrierCause.Left, "said good-bye");
        FindDoomed();
    }

    /// <summary>Asks silent waiting parties for a sign of life, and lets go of those that gave none.</summary>
    private void Pulse()
    {
        foreach (var party in _live)
        {
            if (party.Waits.Count == 0 || party.IsManual || party.IsAway || party.Session is not { } session)
                continue;
            if (party.PingedAt is { } pinged && _now - pinged >= Options.Heartbeat && _now - party.LastHeard > Options.Fresh)
            {
                Send(session, new BadReply("silent", "no sign of life; connect again") { Close = true });
                Disconnect(session);
            }
            else if (_now - party.LastHeard >= Options.Heartbeat)
            {
                Ping(party);
            }
        }
    }

    private void Ping(Party party)
    {
        if (party.PingedAt is not null)
            return;
        party.PingedAt = _now;
        Send(party.Session, new PingReply("alive"));
    }
}
