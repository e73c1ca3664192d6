using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Tests.Simulation;

/// <summary>
/// Judges what the server says against what was really delivered to it. It knows the rules, not the machine's state.
/// </summary>
internal sealed class InvariantChecker(Dictionary<string, SimulatedClient> clients, MachineOptions options, bool isHealthy, Dictionary<string, int> counts)
{
    private readonly Dictionary<(string Name, long Number), ModelRound> _rounds = [];
    private readonly Dictionary<string, string> _answers = [];
    private readonly Dictionary<string, ModelRound> _broken = [];
    private readonly Dictionary<string, (SimulatedClient Client, EnterCommand Enter, TimeSpan At, int Order)> _arrivals = [];
    private readonly HashSet<string> _accepted = [];
    private int _order;
    private readonly HashSet<string> _withdrawn = [];
    private readonly HashSet<string> _failedBarriers = [];
    private readonly HashSet<string> _resets = [];
    private readonly Dictionary<string, byte[]> _values = [];

    public bool IsSealed { get; set; }

    public bool HasStopped { get; set; }

    public bool AnyFailure { get; set; }

    public void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    /// <summary>Something of a client reached the server.</summary>
    public void Delivered(SimulatedClient client, Command command, TimeSpan now)
    {
        client.Heard = now;
        switch (command)
        {
            case EnterCommand enter:
                // One that was refused before counts from now.
                if (_arrivals.ContainsKey(enter.Id) && (_accepted.Contains(enter.Id) || _answers.ContainsKey(enter.Id)))
                    Count("repeat");
                else
                    _arrivals[enter.Id] = (client, enter, now, ++_order);
                break;
            case LeaveCommand { Id: { } id }:
                _withdrawn.Add(id);
                break;
            case LeaveCommand:
                client.Left = true;
                break;
            case FailCommand { Name: { } name }:
                _failedBarriers.Add(name);
                break;
            case FailCommand:
                client.Failed = true;
                AnyFailure = true;
                break;
            case ResetCommand reset:
                _resets.Add(reset.Name);
                _broken.Remove(reset.Name);
                break;
            case PutCommand put:
                _values.TryAdd(put.Key, put.Value);
                break;
            case ByeCommand:
                client.Left = true;
                break;
        }
    }

    public void Said(Output output, TimeSpan now)
    {
        if (output.Round is { } round)
        {
            Decided(round, now);
            return;
        }
        var client = (SimulatedClient)output.Session!.Connection!;
        switch (output.Reply)
        {
            case WaitReply wait: Waits(client, wait); break;
            case GoReply go: Answers(client, go.Name, go.Id, go.Round, "GO"); break;
            case BrokenReply broken: Breaks(client, broken); break;
            case BadReply bad: Count($"BAD {bad.Code}"); break;
            case ValueReply value: Require("I3", _values.TryGetValue(value.Key, out var put) && put.SequenceEqual(value.Value), $"{value.Key} has another value than was put first"); Count("value read"); break;
            case NoneReply none:
                Count($"value {none.Cause}");
                Require("I6", !isHealthy, $"{client.Name} gave up on value {none.Key}: {none.Report}");
                break;
        }
    }

    /// <summary>I5: every arrival is answered by the earliest deadline of its round and a second.</summary>
    public void CheckDeadlines(TimeSpan now)
    {
        foreach (var round in _rounds.Values)
        {
            if (!round.IsDecided)
                Require("I5", now <= round.Due + TimeSpan.FromSeconds(1), $"{round.Name} round {round.Number} was due at {round.Due} and is open at {now}");
        }
    }

    private void Waits(SimulatedClient client, WaitReply wait)
    {
        var round = Round(wait.Name, wait.Round);
        var (owner, enter, at, _) = _arrivals[wait.Id];
        Require("I3", !_answers.ContainsKey(wait.Id), $"{wait.Id} was answered before and waits again");
        _accepted.Add(wait.Id);
        if (round.Members.TryAdd(client.Name, wait.Id))
        {
            round.Need = enter.Count;
            round.Due = at + enter.Timeout < round.Due ? at + enter.Timeout : round.Due;
            Count("arrived");
        }
        Require("I4", owner == client && round.Members[client.Name] == wait.Id, $"{client.Name} stands in {wait.Name} as {round.Members[client.Name]} and {wait.Id}");
        Require("I4", wait.Arrived == round.Members.Count, $"{wait.Arrived} arrived in {wait.Name}, but {round.Members.Count} parties did");
    }

    private void Decided(SyncRound decided, TimeSpan now)
    {
        var round = Round(decided.Barrier, decided.Number);
        Require("I2", !round.IsDecided, $"{round.Name} round {round.Number} was decided twice");
        round.IsDecided = true;
        round.Outcome = decided.Cause is { } cause ? $"BROKEN {cause} {decided.By}" : "GO";
        var names = decided.Waits.Select(wait => wait.Key).ToList();
        if (decided.Cause is null)
            CheckPass(decided, names, now);
        else
            CheckCause(decided, round, names, now);
    }

    private void CheckPass(SyncRound decided, List<string> names, TimeSpan now)
    {
        Count("passed");
        Require("I1", names.Count == decided.Expected && names.Distinct().Count() == names.Count, $"{decided.Barrier} passed with {string.Join(',', names)}, needs {decided.Expected}");
        foreach (var client in names.Select(name => clients[name]))
            Require("I1", client.IsAttached && now - client.Heard <= options.Fresh, $"{decided.Barrier} passed while {client.Name} was {(client.IsAttached ? $"silent for {now - client.Heard}" : "not connected")}");
    }

    private void CheckCause(SyncRound decided, ModelRound round, List<string> names, TimeSpan now)
    {
        var cause = decided.Cause!.Value;
        Count($"broke {cause}");
        if (cause == BarrierCause.Doomed && names.Exists(name => clients[name].Declared is { MayBringOthers: true }))
            Count("doomed beside one that may bring others");
        // Whoever brings others can still not bring one that is on a list by its own name.
        var isListed = _arrivals.Values.Any(arrival => arrival.Enter.Name == decided.Barrier && arrival.Enter.Parties is not null);
        var haveOthers = clients.Values.Any(client => client is { HasEnded: false, Left: false, Failed: false, Declared.HasOthers: true });
        Require("I6", cause != BarrierCause.Doomed || isListed || !haveOthers, $"{decided.Barrier} was given up while commands were on their way");
        Require("I6", !isHealthy, $"{decided.Barrier} broke in a healthy run: {decided.Report}");
        var by = decided.By is { } name && clients.TryGetValue(name, out var found) ? found : null;
        var isTrue = cause switch
        {
            BarrierCause.Timeout => round.Due <= now,
            BarrierCause.Lost => by is not null && (by.ProcessGone || by.Restarted || !by.IsAttached && now - by.DetachedAt >= options.Grace || AnyFailure),
            BarrierCause.Failed => by is { Failed: true } || _failedBarriers.Contains(decided.Barrier),
            BarrierCause.Left => by is { Left: true } or { HasEnded: true },
            BarrierCause.Count => true,
            BarrierCause.Cancelled => names.Any(member => _withdrawn.Contains(round.Members.GetValueOrDefault(member, ""))),
            BarrierCause.Doomed => IsSealed,
            BarrierCause.Reset => _resets.Contains(decided.Barrier),
            BarrierCause.Closed => HasStopped,
            _ => false,
        };
        // The next round of a name that broke while one was complete but for a sign of life ends with it.
        isTrue |= _broken.TryGetValue(decided.Barrier, out var earlier) && earlier.Outcome == round.Outcome;
        Require("cause", isTrue, $"{decided.Barrier} broke as {cause} by {decided.By}, which did not happen");
        if (cause != BarrierCause.Reset)
        {
            // The arrival that disagreed about the count came just before, and belongs to the round it broke.
            round.BrokenAtOrder = _order;
            _broken.TryAdd(decided.Barrier, round);
        }
    }

    private void Breaks(SimulatedClient client, BrokenReply broken)
    {
        // One that came after the round broke; a repeat of an older arrival hears of its own round.
        if (_broken.TryGetValue(broken.Name, out var first) && _arrivals[broken.Id].Order > first.BrokenAtOrder)
            Require("cause", broken.Round == first.Number, $"{broken.Name} is broken since round {first.Number}, {client.Name} hears of {broken.Round}");
        Answers(client, broken.Name, broken.Id, broken.Round, $"BROKEN {broken.Cause} {broken.By}");
    }

    private void Answers(SimulatedClient client, string name, string id, long number, string answer)
    {
        Require("I3", _arrivals.TryGetValue(id, out var arrival) && arrival.Client == client, $"{client.Name} is answered about {id}, which is not its own");
        var round = Round(name, number);
        Require("I2", round.Outcome == answer, $"{name} round {number} is {round.Outcome ?? "open"}, {client.Name} hears {answer}");
        if (answer == "GO")
            Require("I1", !round.Members.TryGetValue(client.Name, out var member) || member == id, $"{id} is released in a round it is not in");
        if (!_answers.TryAdd(id, $"{number} {answer}"))
        {
            Require("I3", _answers[id] == $"{number} {answer}", $"{id} was answered {_answers[id]} and now {number} {answer}");
            Count("answered again");
        }
    }

    private ModelRound Round(string name, long number)
    {
        if (!_rounds.TryGetValue((name, number), out var round))
            _rounds.Add((name, number), round = new ModelRound(name, number));
        return round;
    }

    private static void Require(string invariant, bool holds, string what)
    {
        if (!holds)
            throw new InvariantException(invariant, what);
    }

    private sealed class ModelRound(string name, long number)
    {
        public string Name { get; } = name;
        public long Number { get; } = number;
        public int Need { get; set; }
        public TimeSpan Due { get; set; } = TimeSpan.MaxValue - TimeSpan.FromDays(1);
        public Dictionary<string, string> Members { get; } = [];
        public bool IsDecided { get; set; }
        public int BrokenAtOrder { get; set; }
        public string? Outcome { get; set; }
    }
}
