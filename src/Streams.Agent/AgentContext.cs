using Streams.Supervision;

namespace Streams.Agent;

/// <summary>What the parts of one agent share.</summary>
internal sealed record AgentContext
{
    public required AgentOptions Options { get; init; }

    /// <summary>Random; a new agent has another one.</summary>
    public required string Epoch { get; init; }

    public required RunDirectory Directory { get; init; }

    public required WorkerSupervisor Supervisor { get; init; }

    public required Journal Journal { get; init; }

    public required EventLog Events { get; init; }

    public required WorkerGate Gate { get; init; }

    public required TimeProvider Time { get; init; }
}
