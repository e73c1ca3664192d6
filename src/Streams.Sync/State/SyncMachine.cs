using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <summary>
/// All semantics of the server as one state machine: given an input and the time, it changes its state and says what is
/// to be sent. It owns no socket, no clock and no lock, so that a simulator can drive it with a seed.
/// </summary>
internal sealed partial class SyncMachine(MachineOptions options)
{
    private readonly Dictionary<string, Party> _parties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Barrier> _barriers = new(StringComparer.Ordinal);
    private readonly Descendants _descendants = new();
    private readonly HashSet<Party> _live = [];
    private readonly HashSet<Round> _undecided = [];
    private readonly DeadlineQueue _deadlines = new();
    private readonly Alarm _pulse = new();
    private readonly Alarm _detector = new();
    private List<Output> _outputs = [];
    private TimeSpan _now;

    /// <summary>When <see cref="Tick"/> is needed next.</summary>
    public TimeSpan NextDue => _deadlines.Next;

    public IReadOnlyDictionary<string, Party> Parties => _parties;

    public IReadOnlyDictionary<string, Barrier> Barriers => _barriers;

    /// <summary>The rounds that neither passed nor broke yet.</summary>
    public IReadOnlyCollection<Round> Undecided => _undecided;

    /// <summary>How many parties could still come to something.</summary>
    public int LiveParties => _live.Count;

    public bool IsSealed { get; private set; }

    public bool IsStopped { get; private set; }

    /// <summary>The first unexpected failure, which then stands as the cause of rounds that cannot be completed.</summary>
    public PartyFailure? Failure { get; private set; }

    public MachineOptions Options { get; } = options;

    public TimeSpan Now => _now;

    private int Names => _barriers.Count + _values.Count + _topics.Count;

    /// <summary>Takes one input; what it leads to is added to <paramref name="outputs"/> in the order to be sent.</summary>
    public void Apply(Input input, TimeSpan now, List<Output> outputs)
    {
        _outputs = outputs;
        _now = now;
        ExpireDue();
        switch (input)
        {
            case Received received:
                Receive(received.Session, received.Command);
                break;
            case Disconnected disconnected:
                Disconnect(disconnected.Session);
                break;
            case ProcessGone { Session.Former: { } party } gone when IsSuspended(party, gone.Session):
                Lose(party, gone.Why);
                break;
            case HalfClosed { Session.Former: { } party } half when IsSuspended(party, half.Session):
                KeepHalf(half.Session, party);
                break;
            case Declared declared:
                Declare(declared.Party, declared.Signs);
                break;
            case ContactNoted { Party: var name } noted when _parties.TryGetValue(name, out var party):
                NoteContact(party, noted.IsAway);
                break;
            case Ended ended:
                End(FindOrAddParty(ended.Party), ended.End);
                break;
            case Opened opened:
                Open(opened.IsOpen);
                break;
            case Stopped:
                Stop();
                break;
        }
        ScheduleAlarms();
    }

    private void Receive(Session session, Command command)
    {
        if (command is HelloCommand hello)
        {
            Greet(session, hello);
            return;
        }
        if (session.Party is not { } party)
            return;
        Hear(party);
        if (command is PutCommand or PublishCommand or FailCommand or ResetCommand && party.Waits.Count > 0)
            party.IsConcurrent = true;
        switch (command)
        {
            case EnterCommand enter: Enter(session, party, enter); break;
            case LeaveCommand leave: Leave(session, party, leave); break;
            case FailCommand fail: Fail(session, party, fail); break;
            case ResetCommand reset: Reset(session, party, reset); break;
            case PutCommand put: Put(session, party, put); break;
            case GetCommand get: Get(session, party, get); break;
            case PublishCommand publish: Publish(session, party, publish); break;
            case PullCommand pull: Pull(session, party, pull); break;
            case PingCommand ping: Send(session, new PongReply(ping.Word)); break;
            case ListCommand: SendNotes(session, WaitReport.List(this)); break;
            case WhyCommand why: SendNotes(session, WaitReport.Why(this, why.Name)); break;
            case HelpCommand: SendNotes(session, CommandParser.Usage.Values); break;
            case ByeCommand: Bye(session, party); break;
        }
    }

    private void ExpireDue()
    {
        while (_deadlines.TakeDue(_now) is { } due)
        {
            switch (due)
            {
                case Round round: TimeOut(round); break;
                case DataWait wait: TimeOut(wait); break;
                case Party party: Lose(party, $"was lost and did not come back within {WaitReport.Seconds(Options.Grace)}"); break;
                case Alarm alarm when alarm == _pulse: Pulse(); break;
                case Alarm: FindDeadlocks(); break;
            }
        }
    }

    private void ScheduleAlarms()
    {
        if (_waiting > 0 && _pulse.Due == TimeSpan.MaxValue)
            _deadlines.Set(_pulse, _now + Options.Heartbeat);
        if (_waiting > 0 && _detectorWanted && IsDetecting && _detector.Due == TimeSpan.MaxValue)
            _deadlines.Set(_detector, _now + Options.Settle);
        _detectorWanted = false;
    }

    private static bool IsSuspended(Party party, Session by) =>
        party.Session is null && party.LastSession == by && party.Due != TimeSpan.MaxValue;

    private void Send(Session? session, Reply reply)
    {
        if (session is not null)
            _outputs.Add(new Output(session, reply));
    }

    private void SendNotes(Session session, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Send(session, new NoteReply(line));
        Send(session, new EndReply());
    }

    private void Refuse(Session session, string code, string text, bool close = false) =>
        Send(session, new BadReply(code, text) { Close = close });

    private void Stop()
    {
        IsStopped = true;
        foreach (var round in _undecided.ToList())
        {
            if (!round.IsDecided)
                Break(round, BarrierCause.Closed, null, $"Barrier '{round.Barrier.Name}' broke: the server stopped.");
        }
        foreach (var wait in AllDataWaits().ToList())
            EndWait(wait, BarrierCause.Closed, "the server stopped");
    }

    /// <summary>A point in time at which the machine wants to look at something of its own.</summary>
    private sealed class Alarm : IDeadline
    {
        public TimeSpan Due { get; set; } = TimeSpan.MaxValue;
    }
}

/// <summary>A failure nobody expected, and when.</summary>
internal sealed record PartyFailure(string Party, string Reason, TimeSpan At, BarrierCause Cause);
