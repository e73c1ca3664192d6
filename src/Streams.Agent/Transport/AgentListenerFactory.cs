using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Streams.Agent.Transport;

/// <summary>The agent's two ways in: its standard input and output, and a Unix socket in its private directory. Never a port.</summary>
internal sealed class AgentListenerFactory(StdioConnection stdio) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => endpoint switch
    {
        StdioEndPoint => ValueTask.FromResult<IConnectionListener>(new StdioListener(endpoint, stdio)),
        UnixDomainSocketEndPoint socket => ValueTask.FromResult<IConnectionListener>(new UnixListener(socket)),
        _ => throw new NotSupportedException($"the agent does not listen at {endpoint}"),
    };
}
