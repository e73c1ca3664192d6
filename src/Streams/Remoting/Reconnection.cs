using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>What a new login to an agent's host found.</summary>
/// <param name="Boot">The host's boot id now; empty if it does not tell.</param>
/// <param name="Connection">To the agent; null if there is none any more.</param>
/// <param name="End">How it ended, in its own words or its host's, escaped; set if there is no connection.</param>
internal sealed record Reconnection(string Boot, HostConnection? Connection, string End = "");
