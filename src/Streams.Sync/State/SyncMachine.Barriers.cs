using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <content>Barriers: arriving, passing, breaking.</content>
internal sealed partial class SyncMachine
{
    private const long KeptGatherBytes = 64 << 20;

    private readonly Queue<Round> _gathers = new();
    private long _gatherBytes;
    private int _waiting;

    private void Enter(Session session, Party party, EnterCommand enter)
    {
        if (party.FindArrival(enter.Id) is { } known)
        {
            if (IsSame(known, enter))
                Answer(session, known);
            else
                Refuse(session, "conflict", $"{Word.Encode(enter.Id)} was used for another arrival");
            return;
        }
        if (WhyRefused(party, enter) is { } bad)
        {
            Send(session, bad);
            return;
        }
        party.HasEntered = true;
        var barrier = FindOrAddBarrier(enter.Name);
        var round = barrier.Broken ?? barrier.Open ?? OpenRound(barrier, enter);
        var arrival = new Arrival(round, party, enter.Id, enter.Timeout, _now) { Count = enter.Count, Parties = enter.Parties, Data = enter.Data };
        party.Remember(arrival);
        if (round.IsDecided)
        {
            party.RememberDecided(enter.Id, SyncLimits.RememberedArrivals);
            Answer(session, arrival);
            return;
        }
        Join(session, arrival);
    }

    private Barrier FindOrAddBarrier(string name)
    {
        if (!_barriers.TryGetValue(name, out var barrier))
            _barriers.Add(name, barrier = new Barrier(name));
        return barrier;
    }

    private Round OpenRound(Barrier barrier, EnterCommand enter)
    {
        barrier.Open = new Round(barrier, ++barrier.Rounds, enter.Count, enter.Parties, _now);
        _undecided.Add(barrier.Open);
        return barrier.Open;
    }

    private BadReply? WhyRefused(Party party, EnterCommand enter)
    {
        if (party.End is { } end)
            return new BadReply("ended", $"{Word.Encode(party.Name)} ended {end.Outcome}");
        if (enter.Parties is { } parties && !parties.Contains(party.Name))
            return new BadReply("notlisted", $"{Word.Encode(party.Name)} is not among the parties it listed");
        if (!_barriers.TryGetValue(enter.Name, out var barrier))
            return Names >= Options.MaxNames ? new BadReply("full", $"{Options.MaxNames} names are in use") : null;
        if (barrier.Open is not { } open)
            return null;
        if (open.HasMember(party))
            return new BadReply("twice", $"{Word.Encode(party.Name)} waits here already under another id");
        if (open.Listed is { } listed && !listed.Contains(party.Name))
            return new BadReply("notlisted", $"this round is for {string.Join(',', listed.Select(Word.Encode))}");
        return open.DataBytes + (enter.Data?.Length ?? 0) > SyncLimits.MaxGather
            ? new BadReply("data", $"the parties bring more than {SyncLimits.MaxGather} bytes together")
            : null;
    }

    private static bool IsSame(Arrival known, EnterCommand enter) =>
        known.Name == enter.Name
        && known.Count == enter.Count
        && known.Timeout == enter.Timeout
        && SameList(known.Parties, enter.Parties)
        && (known.Data ?? []).AsSpan().SequenceEqual(enter.Data ?? []);

    private static bool SameList(IReadOnlyList<string>? one, IReadOnlyList<string>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other, StringComparer.Ordinal);

    private void Join(Session session, Arrival arrival)
    {
        var (round, party) = (arrival.Round, arrival.Party);
        if (round.Need != arrival.Count || !SameList(round.Listed, arrival.Parties))
        {
            var report = WaitReport.Disagreement(this, round, arrival);
            Break(round, BarrierCause.Count, party.Name, report);
            party.RememberDecided(arrival.Id, SyncLimits.RememberedArrivals);
            Answer(session, arrival);
            return;
        }
        round.Add(arrival);
        BeginWait(arrival);
        if (_now + arrival.Timeout < round.Due)
            _deadlines.Set(round, _now + arrival.Timeout);
        if (round.Arrived == round.Need)
            TryRelease(round);
        else if (WhyDoomed(round) is { } doom)
            Break(round, doom.Cause, doom.By, doom.Report);
        if (!round.IsDecided)
            Answer(session, arrival);
    }

    private void BeginWait(IWait wait)
    {
        wait.Party.Waits.Add(wait);
        if (wait.Party.Declared is { ComesOnlyWhileOpen: true })
            UpdateLive(wait.Party);
        wait.Party.IsConcurrent |= wait.Party.Waits.Count > 1;
        _waiting++;
        _detectorWanted = true;
    }

    private void EndWaiting(IWait wait)
    {
        if (wait.Party.Waits.Remove(wait))
            _waiting--;
    }

    /// <summary>Says again what is known of an arrival; asking changes nothing.</summary>
    private void Answer(Session session, Arrival arrival)
    {
        var round = arrival.Round;
        if (round.Breakage is { } breakage)
            Send(session, BrokenReply(arrival, breakage));
        else if (!round.HasPassed)
            Send(session, new WaitReply(arrival.Name, arrival.Id, round.Number, round.Arrived, round.Need));
        else if (round.DataBytes > 0 && round.Members.Count == 0)
            Refuse(session, "gone", "the round passed, but its data is not kept any more");
        else
            SendGo(session, arrival);
    }

    private void SendGo(Session? session, Arrival arrival)
    {
        var round = arrival.Round;
        if (round.DataBytes > 0)
        {
            foreach (var member in round.Members.Where(member => member.Data is not null))
                Send(session, new DataReply(arrival.Name, arrival.Id, member.Party.Name, member.Data!));
        }
        Send(session, new GoReply(arrival.Name, arrival.Id, round.Number, round.Need));
    }

    private static BrokenReply BrokenReply(Arrival arrival, Breakage breakage) =>
        new(arrival.Name, arrival.Id, arrival.Round.Number, breakage.Cause, breakage.By, arrival.Round.Arrived, arrival.Round.Need, breakage.Report);

    /// <summary>Passes a full round if every member was heard lately; asks those who were not.</summary>
    private void TryRelease(Round round)
    {
        HashSet<Party>? doubtful = null;
        foreach (var member in round.Members)
        {
            if (!IsFresh(member.Party))
                (doubtful ??= []).Add(member.Party);
        }
        round.Doubtful = doubtful;
        if (doubtful is null)
        {
            Pass(round);
            return;
        }
        if (round.Barrier.Open == round)
        {
            round.Barrier.Open = null;
            round.Barrier.Full.Add(round);
        }
        foreach (var party in doubtful)
            Ping(party);
    }

    private void Pass(Round round)
    {
        round.Pass();
        round.Barrier.Remove(round);
        round.Barrier.PassedAt = _now;
        Decide(round);
        foreach (var member in round.Members)
            SendGo(member.Party.Session, member);
        KeepData(round);
    }

    private void Break(Round round, BarrierCause cause, string? by, string report)
    {
        var barrier = round.Barrier;
        round.Break(new Breakage(cause, by, report));
        barrier.Remove(round);
        barrier.Broken ??= round;
        Decide(round);
        foreach (var member in round.Members)
            Send(member.Party.Session, BrokenReply(member, round.Breakage!));
        round.DataBytes = 0;
        round.Trim();
        // Whoever waits for the next round already would wait at a broken barrier.
        if (barrier.Open is null && barrier.Full.Count == 0)
            return;
        foreach (var later in barrier.Undecided.Where(later => later.Number > round.Number).ToList())
        {
            if (!later.IsDecided)
                Break(later, cause, by, report);
        }
    }

    private void Decide(Round round)
    {
        _deadlines.Clear(round);
        _undecided.Remove(round);
        foreach (var member in round.Members)
        {
            EndWaiting(member);
            member.Party.RememberDecided(member.Id, SyncLimits.RememberedArrivals);
        }
        _outputs.Add(new Output(null, null, Summarise(round)));
    }

    private SyncRound Summarise(Round round) => new(
        round.Barrier.Name,
        round.Number,
        round.Need,
        new WaitList(round.Members, _now),
        round.Breakage?.Cause,
        round.Breakage?.By,
        round.Breakage?.Report);

    /// <summary>Keeps gathered data for repeats after a reconnect, within a budget for all.</summary>
    private void KeepData(Round round)
    {
        if (round.DataBytes == 0)
        {
            round.Trim();
            return;
        }
        _gathers.Enqueue(round);
        _gatherBytes += round.DataBytes;
        while (_gatherBytes > KeptGatherBytes)
        {
            var oldest = _gathers.Dequeue();
            _gatherBytes -= oldest.DataBytes;
            oldest.Forget();
        }
    }

    private void TimeOut(Round round) =>
        Break(round, BarrierCause.Timeout, FirstToRunOut(round).Name, WaitReport.TimedOut(this, round));

    private static Party FirstToRunOut(Round round) => round.Members.MinBy(member => member.At + member.Timeout)!.Party;

    private void Leave(Session session, Party party, LeaveCommand leave)
    {
        if (leave.Name is null)
        {
            Send(session, new OkReply("LEAVE"));
            End(party, new SyncPartyEnd { Outcome = "LEFT", Reason = "left" });
            return;
        }
        Send(session, new OkReply("LEAVE", Word.Encode(leave.Name)));
        if (party.FindArrival(leave.Id!) is { } arrival && arrival.Name == leave.Name && !arrival.Round.IsDecided)
            Break(arrival.Round, BarrierCause.Cancelled, party.Name, WaitReport.Broken(this, arrival.Round, $"{WaitReport.Describe(party)} withdrew its arrival"));
        else if (party.Waits.OfType<DataWait>().FirstOrDefault(wait => wait.Id == leave.Id && wait.Name == leave.Name) is { } data)
            EndWait(data, BarrierCause.Cancelled, "withdrawn");
        else
            NoteIdle(leave.Name, $"LEAVE by {party.Name}");
    }

    private void Fail(Session session, Party party, FailCommand fail)
    {
        Send(session, new OkReply("FAIL", fail.Name is null ? "*" : Word.Encode(fail.Name)));
        if (IsRepeat(party, fail.Id))
            return;
        if (fail.Name is null)
            End(party, new SyncPartyEnd { Outcome = "FAIL", Reason = fail.Text, IsUnexpectedFailure = true });
        else if (_barriers.TryGetValue(fail.Name, out var barrier) && barrier.Undecided.FirstOrDefault() is { } round)
            Break(round, BarrierCause.Failed, party.Name, WaitReport.Broken(this, round, $"{WaitReport.Describe(party)} failed: {fail.Text}"));
        else
            NoteIdle(fail.Name, $"FAIL by {party.Name}: {fail.Text}");
    }

    private void Reset(Session session, Party party, ResetCommand reset)
    {
        Send(session, new OkReply("RESET", Word.Encode(reset.Name)));
        if (IsRepeat(party, reset.Id))
            return;
        if (!_barriers.TryGetValue(reset.Name, out var barrier))
        {
            NoteIdle(reset.Name, $"RESET by {party.Name}");
            return;
        }
        foreach (var round in barrier.Undecided.ToList())
        {
            if (!round.IsDecided)
                Break(round, BarrierCause.Reset, party.Name, WaitReport.Broken(this, round, $"{WaitReport.Describe(party)} reset it"));
        }
        barrier.Broken = null;
    }

    private void NoteIdle(string name, string note)
    {
        if (_barriers.TryGetValue(name, out var barrier))
            barrier.Note = note;
        else if (Names < Options.MaxNames)
            FindOrAddBarrier(name).Note = note;
    }

    /// <summary>Whether a once-only request was done before; it is noted as done now.</summary>
    private static bool IsRepeat(Party party, string? id) => id is not null && !(party.Done ??= new OnceOnly()).TryAdd(id, 0);
}
