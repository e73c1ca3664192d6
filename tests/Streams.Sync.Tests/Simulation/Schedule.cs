using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Tests.Simulation;

/// <summary>
/// One random course of events, determined by its seed: parties with plans, lines that travel in order within a
/// connection and in any order across them, and faults.
/// </summary>
internal sealed class Schedule
{
    private static readonly MachineOptions Options = new() { Settle = TimeSpan.FromMilliseconds(250) };

    private readonly Random _random;
    private readonly bool _isHealthy;
    private readonly ISimulatedMachine _machine;
    private readonly InvariantChecker _checker;
    private readonly Dictionary<string, SimulatedClient> _clients = [];
    private readonly List<SimulatedClient> _all = [];
    private readonly List<Output> _outputs = [];
    private TimeSpan _now;
    private int _ids;

    public Schedule(int seed, Dictionary<string, int> counts, Func<MachineOptions, Random, ISimulatedMachine>? machine = null)
    {
        _random = new Random(seed);
        _isHealthy = seed % 3 == 0;
        _machine = machine?.Invoke(Options, _random) ?? new TrueMachine(Options);
        _checker = new InvariantChecker(_clients, Options, _isHealthy, counts);
    }

    public void Run()
    {
        if (_isHealthy)
            PlanHealthy();
        else
            PlanWild();
        for (var step = 0; step < 400 && !_checker.HasStopped; step++)
            Step();
        Drain();
    }

    // Barriers, values and gathers in one global order, which every party follows: so every round can be completed.
    private void PlanHealthy()
    {
        var count = _random.Next(2, 6);
        for (var i = 0; i < count; i++)
            AddClient(i == 3 ? "p0/cmd1" : $"p{i}");
        var child = _clients.GetValueOrDefault("p0/cmd1");
        if (child is not null)
            child.Parent = "p0";
        // Half of the children are on their way from the beginning; the others are started by p0 between two of its waits.
        var birth = child is not null && _random.Next(2) == 0 ? _random.Next(0, 4) : -1;
        if (birth >= 0)
            child!.IsUnborn = true;
        for (var i = 0; i < _random.Next(1, 7) || i <= birth; i++)
        {
            if (i == birth)
                _clients["p0"].Plan.Enqueue(() => Start(child!));
            var subset = _all.Where(client => (client != child || i >= birth) && _random.Next(3) > 0).ToList();
            if (subset.Count == 0)
                continue;
            if (_random.Next(4) == 0)
                PlanValue(subset, $"v{i}");
            else
                PlanRound(subset);
        }
        foreach (var client in _all.Where(client => client != child && (_random.Next(2) == 0 || client.Name == "p0")))
            Declare(client, mayBring: client.Name == "p0" && child is not null || _random.Next(3) == 0, hasOthers: client.Name == "p0" && child is { IsUnborn: false });
        if (_random.Next(2) == 0)
            Sealable = true;
    }

    private bool Sealable { get; set; }

    /// <summary>A party starts a command: the embedding program says so first.</summary>
    private PingCommand Start(SimulatedClient child)
    {
        _checker.Count("command started");
        Declare(_clients[child.Parent!], mayBring: true, hasOthers: true);
        child.IsUnborn = false;
        return new PingCommand("started");
    }

    private void PlanValue(List<SimulatedClient> subset, string key)
    {
        subset[0].Plan.Enqueue(() => new PutCommand(key, 1) { Value = [7] });
        foreach (var reader in subset.Skip(1))
            reader.Plan.Enqueue(() => new GetCommand(key, SyncLimits.MaxTimeout, NewId()));
    }

    private void PlanRound(List<SimulatedClient> subset)
    {
        var names = subset.Select(client => client.Name).Order(StringComparer.Ordinal).ToList();
        var parties = _random.Next(3) == 0 ? names : null;
        var name = string.Join('+', names) + (parties is null ? "" : "!");
        var data = _random.Next(4) == 0;
        foreach (var client in subset)
            client.Plan.Enqueue(() => new EnterCommand(name, subset.Count, SyncLimits.MaxTimeout, NewId()) { Parties = parties, Data = data ? [1] : null });
    }

    private void PlanWild()
    {
        var count = _random.Next(2, 6);
        for (var i = 0; i < count; i++)
        {
            var client = AddClient($"p{i}");
            if (_random.Next(2) == 0)
                Declare(client, mayBring: _random.Next(2) == 0, hasOthers: _random.Next(20) == 0);
            client.IsConcurrent = _random.Next(6) == 0;
            for (var step = _random.Next(2, 9); step > 0; step--)
                client.Plan.Enqueue(WildStep);
        }
        if (_random.Next(3) == 0)
        {
            Apply(new Opened(false));
            _checker.IsSealed = true;
        }
    }

    private Command WildStep() => _random.Next(24) switch
    {
        0 => new ResetCommand(WildName(), _random.Next(2) == 0 ? NewId() : null),
        1 => new FailCommand(WildName(), "told so", NewId()),
        2 => new PutCommand(WildName(), 1) { Value = [(byte)_random.Next(2)] },
        3 => new GetCommand(WildName(), WildTime(), NewId()),
        4 when _random.Next(4) == 0 => new FailCommand(null, "all wrong", NewId()),
        5 when _random.Next(3) == 0 => new LeaveCommand(null, null),
        6 when _random.Next(3) == 0 => new ByeCommand(),
        7 => new ResetCommand(WildName(), null),
        8 => new ResetCommand(WildName(), null),
        _ => WildEnter(),
    };

    private EnterCommand WildEnter()
    {
        var count = _random.Next(5) == 0 ? _random.Next(1, 5) : 2;
        var enter = new EnterCommand(WildName(), count, WildTime(), NewId());
        return _random.Next(8) switch
        {
            0 => enter with { Count = 2, Parties = ["p0", "p1"] },
            1 => enter with { Data = [1, 2] },
            _ => enter,
        };
    }

    private string WildName() => _random.Next(2) == 0 ? "x" : "y";

    private TimeSpan WildTime() => TimeSpan.FromMilliseconds(_random.Next(3) == 0 ? _random.Next(100, 3000) : _random.Next(5000, 90_000));

    private string NewId() => $"a{++_ids}";

    private SimulatedClient AddClient(string name)
    {
        var client = new SimulatedClient(name);
        _clients.Add(name, client);
        _all.Add(client);
        return client;
    }

    private void Declare(SimulatedClient client, bool mayBring, bool hasOthers)
    {
        client.Declared = new SyncParty { Name = client.Name, MayBringOthers = mayBring, HasOthers = hasOthers };
        Apply(new Declared(client.Declared, new PartySigns()));
    }

    private void Step()
    {
        var client = _all[_random.Next(_all.Count)];
        switch (_random.Next(20))
        {
            case < 6: DeliverUp(client); break;
            case < 11: DeliverDown(client); break;
            case < 15: Act(client); break;
            case 15: Advance(_random.Next(5) == 0 ? NextDue() : TimeSpan.FromMilliseconds(_random.Next(1, 2000))); break;
            case 16: Cut(client); break;
            case 17: Repeat(client); break;
            case 18 when !_isHealthy: Fault(client); break;
            default: EndIfDone(client); break;
        }
    }

    private TimeSpan NextDue() => _machine.NextDue == TimeSpan.MaxValue || _machine.NextDue < _now ? TimeSpan.FromMilliseconds(10) : _machine.NextDue - _now;

    private void Act(SimulatedClient client)
    {
        if (client.IsDead || client.IsFrozen || client.HasEnded || client.IsUnborn)
            return;
        if (client.Up is null)
        {
            Connect(client);
            return;
        }
        if (client.Plan.Count == 0 || client.Outstanding.Count > (client.IsConcurrent ? 2 : 0))
            return;
        var command = client.Plan.Dequeue()();
        if (IdOf(command) is { } id)
            client.Outstanding[id] = command;
        client.Up.Enqueue(command);
        if (command is EnterCommand enter && !_isHealthy && _random.Next(12) == 0)
            client.Up.Enqueue(Distort(enter));
        if (command is ByeCommand or LeaveCommand { Name: null })
            client.Plan.Clear();
    }

    private Command Distort(EnterCommand enter) => _random.Next(4) switch
    {
        0 => new LeaveCommand(enter.Name, enter.Id),
        1 => enter with { Count = enter.Count + 1 },
        2 => enter with { Id = NewId() },
        _ => enter,
    };

    private static string? IdOf(Command command) => command switch
    {
        EnterCommand enter => enter.Id,
        GetCommand get => get.Id,
        PutCommand put => $"PUT {put.Key}",
        _ => null,
    };

    private void Connect(SimulatedClient client)
    {
        client.Up = new Queue<Command>();
        client.Down.Clear();
        client.Session = new Session(client);
        client.Up.Enqueue(new HelloCommand(client.Name) { Instance = client.Instance, Connection = ++client.Connections, Parent = client.Parent, IsConcurrent = client.IsConcurrent });
        foreach (var command in client.Outstanding.Values)
            client.Up.Enqueue(command);
    }

    private void DeliverUp(SimulatedClient client)
    {
        if (client.Up is not { Count: > 0 } || client.IsFrozen && _random.Next(10) > 0)
            return;
        var command = client.Up.Dequeue();
        if (command is HelloCommand)
        {
            client.IsAttached = true;
            client.Heard = _now;
        }
        else
        {
            _checker.Delivered(client, command, _now);
        }
        var session = client.Session!;
        Apply(new Received(session, command));
        if (session.Party is null && client.Session == session)
        {
            // Refused, or said good-bye.
            Detach(client);
            client.HasEnded |= command is ByeCommand || _isHealthy;
        }
    }

    private void DeliverDown(SimulatedClient client)
    {
        if (client.IsFrozen || client.IsDead || !client.Down.TryDequeue(out var reply))
            return;
        switch (reply)
        {
            case PingReply ping: client.Up?.Enqueue(new PongCommand(ping.Word)); break;
            case OkReply { Verb: "PUT" } ok: client.Outstanding.Remove($"PUT {ok.Argument}"); break;
            case GoReply go: client.Outstanding.Remove(go.Id); break;
            case BrokenReply broken: client.Outstanding.Remove(broken.Id); break;
            case ValueReply value: client.Outstanding.Remove(value.Id); break;
            case NoneReply none: client.Outstanding.Remove(none.Id); break;
            case BadReply { Code: "ended" }: client.Outstanding.Clear(); break;
            case BadReply { Close: false }:
                // The client does not know which of its lines was bad; a real one matches by order. It gives all up.
                client.Outstanding.Clear();
                break;
        }
        if (reply.Close)
            Detach(client);
    }

    private void Detach(SimulatedClient client)
    {
        if (client.IsAttached)
            client.DetachedAt = _now;
        client.IsAttached = false;
        client.Up = null;
        client.Session = null;
        client.Down.Clear();
    }

    private void Cut(SimulatedClient client)
    {
        if (client.Session is not { } session)
            return;
        if (client.Outstanding.Count > 0)
            _checker.Count("cut while waiting");
        Detach(client);
        Apply(new Disconnected(session, "connection lost"));
        if (_isHealthy && !client.HasEnded)
            Connect(client);
    }

    private void Repeat(SimulatedClient client)
    {
        if (client.Up is not null && client.Outstanding.Count > 0 && !client.IsFrozen)
            client.Up.Enqueue(client.Outstanding.Values.First());
    }

    private void Fault(SimulatedClient client)
    {
        switch (_random.Next(12))
        {
            case 0 or 1 when !client.IsDead:
                Kill(client);
                break;
            case 2 or 3 when client.IsDead:
                Restart(client);
                break;
            case 4 or 5:
                client.IsFrozen = !client.IsFrozen;
                break;
            case 6 when client.Declared is not null && !client.HasEnded && _random.Next(3) == 0:
                EndByFeed(client, isFailure: _random.Next(2) == 0);
                break;
            case 7 when _random.Next(4) == 0:
                _checker.IsSealed = _random.Next(2) == 0;
                Apply(new Opened(!_checker.IsSealed));
                break;
            case 8 when _random.Next(30) == 0:
                _checker.HasStopped = true;
                Apply(new Stopped());
                break;
            default:
                Advance(TimeSpan.FromMilliseconds(_random.Next(100, 12_000)));
                break;
        }
    }

    private void Kill(SimulatedClient client)
    {
        var session = client.Session;
        client.IsDead = true;
        client.IsFrozen = false;
        client.Outstanding.Clear();
        Detach(client);
        if (session is null)
            return;
        Apply(new Disconnected(session, "connection lost"));
        if (_random.Next(2) == 0)
            return;
        client.ProcessGone = true;
        _checker.AnyFailure = true;
        Apply(new ProcessGone(session, "was killed"));
    }

    private void Restart(SimulatedClient client)
    {
        client.IsDead = false;
        client.Restarted = true;
        client.Instance = $"i{++_ids}";
        client.Connections = 0;
    }

    private void EndByFeed(SimulatedClient client, bool isFailure)
    {
        client.HasEnded = true;
        client.Outstanding.Clear();
        client.Failed |= isFailure;
        client.Left |= !isFailure;
        _checker.AnyFailure |= isFailure;
        Apply(new Ended(client.Name, new SyncPartyEnd { Outcome = isFailure ? "FAIL" : "PASS", IsUnexpectedFailure = isFailure }));
    }

    /// <summary>A healthy party that has done everything ends as it should; then, perhaps, the collection is sealed.</summary>
    private void EndIfDone(SimulatedClient client)
    {
        if (!_isHealthy)
            return;
        if (Sealable && _all.All(one => one.Declared is not null || one.IsAttached || one.Parent is not null))
        {
            Sealable = false;
            _checker.IsSealed = true;
            Apply(new Opened(false));
        }
        if (client.HasEnded || client.IsUnborn || client.Plan.Count > 0 || client.Outstanding.Count > 0 || client.Up is { Count: > 0 })
            return;
        var hasChildren = _all.Any(other => other.Parent == client.Name && !other.HasEnded);
        if (client.Declared is not null && !hasChildren)
            EndByFeed(client, isFailure: false);
        else if (client.Declared is null && client.Up is not null)
            client.Up.Enqueue(new ByeCommand());
    }

    private void Advance(TimeSpan time)
    {
        if (_isHealthy)
        {
            time = time < TimeSpan.FromSeconds(2) ? time : TimeSpan.FromSeconds(2);
            foreach (var client in _all)
                Flush(client);
        }
        _now += time;
        Apply(Tick.Instance);
        foreach (var client in _all.Where(client => !client.IsAttached && client.DetachedAt + Options.Grace <= _now))
            _checker.AnyFailure = true;
        _checker.CheckDeadlines(_now);
    }

    private void Flush(SimulatedClient client)
    {
        while (client.Up is { Count: > 0 } || client.Down.Count > 0)
        {
            DeliverDown(client);
            DeliverUp(client);
        }
    }

    /// <summary>No more faults: everything travels, time goes on, and every wait must end.</summary>
    private void Drain()
    {
        foreach (var client in _all)
            client.IsFrozen = false;
        for (var i = 0; i < 60 && !_checker.HasStopped; i++)
        {
            foreach (var client in _all)
            {
                Act(client);
                Flush(client);
                EndIfDone(client);
                Flush(client);
            }
            Advance(_isHealthy ? TimeSpan.FromSeconds(0.5) : NextDue());
        }
        if (!_isHealthy)
            Advance(TimeSpan.FromSeconds(100));
        foreach (var client in _isHealthy ? _all : [])
        {
            if (client.Plan.Count > 0 || client.Outstanding.Count > 0)
                throw new InvariantException("I6", $"{client.Name} never got through a healthy run");
        }
    }

    private void Apply(Input input)
    {
        _outputs.Clear();
        _machine.Apply(input, _now, _outputs);
        foreach (var output in _outputs)
        {
            // A refused or fenced connection is over for the server when it has said so.
            if (output.Reply is BadReply { Close: true } && output.Session!.Connection is SimulatedClient closed && closed.Session == output.Session && closed.IsAttached)
            {
                closed.IsAttached = false;
                closed.DetachedAt = _now;
            }
            _checker.Said(output, _now);
            if (output.Session?.Connection is SimulatedClient client && client.Session == output.Session)
                client.Down.Enqueue(output.Reply!);
        }
    }
}
