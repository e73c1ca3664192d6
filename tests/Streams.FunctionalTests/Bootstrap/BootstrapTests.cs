using System.Diagnostics;
using Streams.Hosts;
using Streams.Tests.Shared.TestBed;
using Xunit.Abstractions;

namespace Streams.FunctionalTests.Bootstrap;

[Collection(SshHostsCollection.Name)]
public sealed class BootstrapTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly Starter _starter = new();

    private Bed Bed => hosts.Bed;

    public void Dispose() => _starter.Dispose();

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("dotnet", false)]
    [InlineData("nodotnet", true)]
    [InlineData("libc", true)]
    public async Task Agent_starts_and_its_second_start_sends_no_file(string kind, bool bringsRuntime)
    {
        await EmptyStoreAsync(kind);
        var (first, firstTime) = await StartAndEndAsync(kind, agent =>
        {
            Assert.Equal(bringsRuntime, agent.Facts.RuntimeSent);
            Assert.InRange(agent.Facts.BytesSent, 1, long.MaxValue);
            Assert.Equal(bringsRuntime ? ["agent", "program", "runtime"] : ["agent", "program"], agent.Facts.Sent.Order());
            Assert.Equal("Linux", agent.Facts.System);
            Assert.Matches(@"^serve\|--dotnet\|/.*/dotnet\|--program\|/root/\.cache/streams/trees/", agent["arguments"]);
        });
        var (second, secondTime) = await StartAndEndAsync(kind, agent =>
        {
            Assert.Empty(agent.Facts.Sent);
            Assert.Equal(0, agent.Facts.BytesSent);
        });
        output.WriteLine($"{kind}: first {firstTime.TotalSeconds:0.00} s, sent {first.Sent:N0} bytes; second {secondTime.TotalSeconds:0.00} s, sent {second.Sent:N0} bytes");
        Assert.InRange(second.Sent, 1, 40_000);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Shell_agent_starts_on_a_busybox_host()
    {
        await EmptyStoreAsync("busybox");
        await using (var first = await StartShellAgentAsync("busybox"))
        {
            await first.EchoAsync();
            Assert.Equal(["agent", "program"], first.Facts.Sent.Order());
            var listed = await Bed.ExecAsync(Bed["busybox"], $"cd '{first["program"]}' && find . -type f | sort && './tool' && cat \"sub dir/it's data.txt\"");
            Assert.Equal("./Program.dll\n./empty\n./sub dir/it's data.txt\n./tool\ntool\nsome data", listed);
        }

        await using var second = await StartShellAgentAsync("busybox");
        Assert.Empty(second.Facts.Sent);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Busybox_host_is_refused_naming_its_C_library()
    {
        await EmptyStoreAsync("busybox");
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => Starter.StartAsync(Connector("busybox"), _starter.Bundles));
        Assert.Equal(HostFailure.HostNotSuitable, exception.Failure);
        Assert.Equal("runtime", exception.Stage);
        Assert.Contains("no .NET", exception.Message, StringComparison.Ordinal);
        Assert.Contains("C library is unknown", exception.Message, StringComparison.Ordinal);
    }

    private async Task<(SshTransfer Transfer, TimeSpan Time)> StartAndEndAsync(string kind, Action<EchoedAgent> check)
    {
        var clock = Stopwatch.StartNew();
        var agent = await Starter.StartAsync(Connector(kind), _starter.Bundles);
        var time = clock.Elapsed;
        await using (agent)
        {
            check(agent);
            await agent.EchoAsync();
            return (await agent.EndAsync(), time);
        }
    }

    private Task<EchoedAgent> StartShellAgentAsync(string kind) =>
        Starter.StartAsync(Connector(kind), _starter.Bundles, Starter.WithoutDotnet);

    private Task<string> EmptyStoreAsync(string kind) => Bed.ExecAsync(Bed[kind], "rm -rf /root/.cache/streams");

    private SshConnector Connector(string kind) => new(StreamHost.Parse(Bed[kind].Place), new SshOptions { ConfigFile = Bed.SshConfig });
}
