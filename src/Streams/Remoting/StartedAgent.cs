using Streams.Hosts;

namespace Streams.Remoting;

/// <summary>
/// An agent that has just been started on a host: from here on the connection's bytes are HTTP/2, controller first.
/// Made by the bootstrapper, used by the agent client, which owns the connection.
/// </summary>
/// <param name="Connection">The connection; its streams are positioned at the first byte of HTTP/2.</param>
/// <param name="Facts">What the start script reported.</param>
/// <param name="AgentDiagnostics">Where the agent's standard error goes on the host, for messages.</param>
internal sealed record StartedAgent(HostConnection Connection, HostFacts Facts, string AgentDiagnostics)
{
    /// <summary>Fetches the last lines of it over another connection; none if they cannot be had.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<string>>> ReadDiagnosticsAsync { get; init; } = static _ => Task.FromResult<IReadOnlyList<string>>([]);
}
