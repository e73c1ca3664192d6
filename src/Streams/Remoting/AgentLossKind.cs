namespace Streams.Remoting;

/// <summary>Why an agent is lost for good. Whichever it is, nothing of it runs any more.</summary>
internal enum AgentLossKind
{
    /// <summary>By our own goodbye.</summary>
    Closed,

    /// <summary>By our own wish that its host be started anew, which it was.</summary>
    Rebooted,

    /// <summary>Nothing was heard of it for the lease and the time that it needs to end everything.</summary>
    LeaseEnded,

    /// <summary>The host says that it has ended, and everything of it.</summary>
    AgentEnded,

    /// <summary>The host has another boot id, and nobody here had asked for that.</summary>
    HostRebooted,
}
