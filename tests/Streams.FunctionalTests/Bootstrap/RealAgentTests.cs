using Streams.Hosts;
using Streams.Remoting;
using Streams.Remoting.Bundles;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Bootstrap;

/// <summary>The real agent behind the start: the same connection becomes gRPC.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class RealAgentTests(SshHosts hosts)
{
    [NeedsTheory(SshHosts.Needed)]
    [InlineData("dotnet")]
    [InlineData("libc")]
    public async Task Agent_answers_over_the_connection_that_started_it(string kind)
    {
        var host = hosts.Bed[kind];
        var bundles = new BundleSet(
            new FolderBundle("agent", Path.Combine(AppContext.BaseDirectory, "real-agent")), ProgramBundle.OfThisProcess, RuntimeBundle.OfThisProcess);
        var connector = new SshConnector(StreamHost.Parse(host.Place), new SshOptions { ConfigFile = hosts.Bed.SshConfig });
        Assert.Equal("Streams.FunctionalTests", ProgramBundle.EntryOfThisProcess);
        var started = await Bootstrapper.StartAsync(
            connector, bundles, new BootstrapOptions { Entry = ProgramBundle.EntryOfThisProcess }, CancellationToken.None).DefaultTimeout();
        var options = new AgentConnectionOptions { Run = Guid.NewGuid().ToString("n"), Host = host.Place, Lease = TimeSpan.Zero };
        await using (var agent = await AgentConnection.OpenAsync(started, options, CancellationToken.None).DefaultTimeout())
        {
            var description = await agent.DescribeAsync(CancellationToken.None).DefaultTimeout();
            Assert.Equal(host.Name, description.HostName);
        }

        var left = await hosts.Bed.ExecAsync(host, "for i in $(seq 100); do ps | grep -q '[d]otnet' || break; sleep 0.1; done; ps | grep '[d]otnet' || true");
        Assert.Equal("", left);
    }
}
