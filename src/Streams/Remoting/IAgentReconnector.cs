using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>
/// Opens a new connection to an agent that is already running ("dial" to its socket), for a connection that was lost
/// within the lease. The identities, connection numbers and sequence numbers that it needs are on the wire already.
/// </summary>
internal interface IAgentReconnector
{
    /// <summary>A connection whose bytes are HTTP/2 to the same agent; null if the agent is known to be gone.</summary>
    Task<HostConnection?> ReconnectAsync(string agentSocket, CancellationToken cancellationToken);
}
