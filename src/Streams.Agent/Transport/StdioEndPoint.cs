using System.Net;

namespace Streams.Agent.Transport;

/// <summary>"Listens" on standard input and output: there is one connection, and it is there from the start.</summary>
internal sealed class StdioEndPoint : EndPoint
{
    public override string ToString() => "stdio";
}
