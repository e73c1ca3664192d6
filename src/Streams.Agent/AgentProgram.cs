namespace Streams.Agent;

/// <summary>Entry point of the agent.</summary>
internal static class AgentProgram
{
    private static int Main(string[] args) => args.Length;
}
