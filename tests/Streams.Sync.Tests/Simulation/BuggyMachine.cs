using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Tests.Simulation;

/// <summary>Bugs that servers of this kind have had.</summary>
internal enum Bug
{
    /// <summary>A repeated arrival counts as another party.</summary>
    DoubleCount,

    /// <summary>A party is released with the answer of the round before.</summary>
    StaleGo,

    /// <summary>The cause of a broken round is forgotten and a time-out told instead.</summary>
    LostCause,

    /// <summary>A repeat after the decision gets another answer.</summary>
    ChangedAnswer,

    /// <summary>One of a released round is told that it broke.</summary>
    MixedAnswers,

    /// <summary>A party that is not connected is taken to be there.</summary>
    NoFreshness,

    /// <summary>A time limit is never looked at.</summary>
    ForgottenDeadline,

    /// <summary>Parties that nobody has declared are held to be unable to come.</summary>
    EagerDetector,

    /// <summary>A lost connection counts as a lost party at once.</summary>
    NoGrace,

    /// <summary>A value that was put can be overwritten.</summary>
    OverwrittenValue,

    /// <summary>A party that may start others is held to be unable to.</summary>
    NoBringers,

    /// <summary>A party whose commands are on their way is held to be unable to be joined by them while it waits.</summary>
    NoOthers,
}

/// <summary>The machine behind a layer that behaves as if it had one of the bugs.</summary>
internal sealed class BuggyMachine(MachineOptions options, Bug bug, Random random) : ISimulatedMachine
{
    private readonly SyncMachine _machine = new(bug switch
    {
        Bug.NoFreshness => options with { Heartbeat = TimeSpan.FromHours(1) },
        Bug.NoGrace => options with { Grace = TimeSpan.FromMilliseconds(1) },
        _ => options,
    });

    private readonly Dictionary<string, GoReply> _lastGo = [];
    private bool _isSealed;

    public TimeSpan NextDue => _machine.NextDue;

    public void Apply(Input input, TimeSpan now, List<Output> outputs)
    {
        if (bug == Bug.ForgottenDeadline && input is Received { Command: EnterCommand enter } slow)
            input = slow with { Command = enter with { Timeout = SyncLimits.MaxTimeout } };
        if (bug == Bug.OverwrittenValue && input is Received { Command: PutCommand put } overwrite && _machine.Values.TryGetValue(put.Key, out var stored) && stored.Value is not null)
        {
            stored.Value = put.Value;
            _ = overwrite;
        }
        if (bug is Bug.NoBringers && input is Declared { Party.HasOthers: false } bringer)
            input = bringer with { Party = bringer.Party with { MayBringOthers = false } };
        if (bug is Bug.NoOthers && input is Declared { Party.HasOthers: true } sharing)
            input = sharing with { Party = sharing.Party with { HasOthers = false, MayBringOthers = true } };
        if (bug == Bug.EagerDetector && !_isSealed && input is Received { Command: EnterCommand })
        {
            _isSealed = true;
            _machine.Apply(new Opened(false), now, outputs);
        }
        var before = outputs.Count;
        _machine.Apply(input, now, outputs);
        for (var i = before; i < outputs.Count; i++)
            outputs[i] = Distort(outputs[i]);
    }

    private Output Distort(Output output) => (bug, output.Reply, output.Round) switch
    {
        (Bug.DoubleCount, WaitReply wait, _) when random.Next(4) == 0 => output with { Reply = wait with { Arrived = wait.Arrived + 1 } },
        (Bug.StaleGo, GoReply go, _) => Stale(output, go),
        (Bug.LostCause, _, { Cause: { } } round) => output with { Round = round with { Cause = BarrierCause.Timeout } },
        (Bug.LostCause, BrokenReply broken, _) => output with { Reply = broken with { Cause = BarrierCause.Timeout } },
        (Bug.ChangedAnswer, BrokenReply broken, _) when random.Next(10) == 0 => output with { Reply = new GoReply(broken.Name, broken.Id, broken.Round, broken.Expected) },
        (Bug.MixedAnswers, GoReply go, _) when random.Next(10) == 0 => output with { Reply = new BrokenReply(go.Name, go.Id, go.Round, BarrierCause.Timeout, null, 1, go.Expected, "") },
        _ => output,
    };

    private Output Stale(Output output, GoReply go)
    {
        var stale = _lastGo.GetValueOrDefault(go.Name);
        _lastGo[go.Name] = go;
        return stale is null || stale.Round == go.Round ? output : output with { Reply = go with { Round = stale.Round } };
    }
}
