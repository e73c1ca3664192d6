using Streams.Wire;

namespace Streams.Remoting;

/// <summary>How the run of this test process attaches to an agent.</summary>
internal sealed record AgentConnectionOptions
{
    /// <summary>32 hexadecimal digits: the test process.</summary>
    public required string Run { get; init; }

    /// <summary>The host as its author wrote it, for messages.</summary>
    public required string Host { get; init; }

    /// <summary>How long the agent goes on without hearing from us. Zero: it ends with its connection.</summary>
    /// <value>Two minutes.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Makes new connections to the same agent; null: a lost connection is the agent's loss.</summary>
    public IAgentReconnector? Reconnector { get; init; }

    /// <summary>After so long without a word from the agent the connection counts as lost; sooner with a short lease.</summary>
    /// <value>15 seconds: three heartbeats.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the agent may need to answer the attachment.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan AttachLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the agent may need after its lease to end everything.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan KillBudget { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Three heartbeats: the agent sends eight in a lease, and never fewer than one in five seconds.</summary>
    internal TimeSpan LongestSilence
    {
        get
        {
            var three = Lease * 3 / 8;
            return Lease == TimeSpan.Zero || three > Silence ? Silence : three > ShortestSilence ? three : ShortestSilence;
        }
    }

    /// <summary>A machine may be busy for so long.</summary>
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(1);
}
