namespace Streams.Remoting;

/// <summary>Opens new connections to an agent that is already running, for one whose connection was lost.</summary>
internal interface IAgentReconnector
{
    /// <summary>A connection whose bytes are HTTP/2 to the same agent, or what is known of its end.</summary>
    /// <exception cref="HostConnectException">The host cannot be reached, or nothing certain can be said of the agent.</exception>
    Task<Reconnection> ReconnectAsync(CancellationToken cancellationToken);

    /// <summary>The last lines of the agent's own messages, for a report; empty if they cannot be had. Escaped.</summary>
    Task<string> LastWordsAsync(CancellationToken cancellationToken);
}
