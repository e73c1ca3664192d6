using Streams.Hosts;
using Streams.Remoting;

namespace Streams.Agent.Tests.Peers;

/// <summary>Fake agents that all do the same: whoever connects anew meets the next one.</summary>
internal sealed class FakeAgents(Func<FakeAgent, int, Task> script) : IAgentReconnector
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(700);

    /// <summary>Connections so far.</summary>
    public int Count { get; private set; }

    public Task<Reconnection> ReconnectAsync(CancellationToken cancellationToken) => Task.FromResult(new Reconnection(FakeAgent.Boot, Connect()));

    public Task<string> LastWordsAsync(CancellationToken cancellationToken) => Task.FromResult("");

    /// <summary>The controller's own code against the first of them.</summary>
    public Task<AgentConnection> OpenAsync(TimeSpan? lease = null) => AgentConnection.OpenAsync(
        new StartedAgent(Connect(), new HostFacts { System = "Linux", Architecture = "x86_64", Libc = "glibc" }, "agent.log"),
        new AgentConnectionOptions
        {
            Run = new string('a', 32),
            Host = "evil",
            Lease = lease ?? Lease,
            KillBudget = TimeSpan.FromMilliseconds(50),
            AttachLimit = TimeSpan.FromSeconds(2),
            Reconnector = this,
        },
        CancellationToken.None);

    private FakeAgent Connect()
    {
        var agent = new FakeAgent();
        _ = PlayAsync(agent, ++Count);
        return agent;
    }

    private async Task PlayAsync(FakeAgent agent, int number)
    {
        try
        {
            await script(agent, number);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // The controller has hung up, as it should.
        }
    }
}
