using Streams.Sync.State;

namespace Streams.Sync.Tests.Simulation;

/// <summary>What the simulator drives: the machine itself, or one with a bug in it.</summary>
internal interface ISimulatedMachine
{
    TimeSpan NextDue { get; }

    void Apply(Input input, TimeSpan now, List<Output> outputs);
}

internal sealed class TrueMachine(MachineOptions options) : ISimulatedMachine
{
    private readonly SyncMachine _machine = new(options);

    public TimeSpan NextDue => _machine.NextDue;

    public void Apply(Input input, TimeSpan now, List<Output> outputs) => _machine.Apply(input, now, outputs);
}
