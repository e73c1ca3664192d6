using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>What a new login to an agent's host found.</summary>
/// <param name="Boot">The host's boot id now; empty if it does not tell.</param>
/// <param name="Connection">To the agent; null if there is none any more, or none for now.</param>
/// <param name="Words">What the host says of the agent, escaped; set if there is no connection.</param>
/// <param name="IsGone">True if the agent and everything of it has certainly ended.</param>
internal sealed record Reconnection(string Boot, HostConnection? Connection, string Words = "", bool IsGone = false);
