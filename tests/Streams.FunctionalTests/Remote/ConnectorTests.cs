using System.Diagnostics;
using Connector;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>The same stream over every kind of way to a host: each gives no more than a shell on its standard input and output.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class ConnectorTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [NeedsFact(SshHosts.Needed)]
    public async Task Namespace_of_this_machine_by_a_command()
    {
        var name = $"hst{Environment.ProcessId}";
        await LocalProgram.RunAsync("ip", "netns", "add", name);
        try
        {
            var host = StreamHost.Command("blue", ["env", $"XDG_CACHE_HOME={_directory.Root}", "ip", "netns", "exec", name, "sh"]);
            var here = Directory.ResolveLinkTarget("/proc/self/ns/net", false)!.Name;
            Assert.NotEqual(here, await MeetAsync(host));
        }
        finally
        {
            await LocalProgram.RunAsync("ip", "netns", "del", name);
        }
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Namespace_of_another_host_through_ssh()
    {
        var bed = hosts.Bed["dotnet"];
        await hosts.Bed.ExecAsync(bed, "ip netns add blue");
        var outer = (await hosts.Bed.ExecAsync(bed, "readlink /proc/self/ns/net")).Trim();

        Assert.NotEqual(outer, await MeetAsync(StreamHost.Parse($"{bed.Place} > netns:blue")));
    }

    [NeedsFact(SshHosts.Needed | Needs.OddShells)]
    public async Task Another_user_through_ssh_and_sudo_and_a_namespace()
    {
        var bed = hosts.Bed["dotnet"];
        await hosts.Bed.ExecAsync(bed, "ip netns add green");
        var way = StreamHost.Parse($"{bed.Place}>netns:green>sudo:nobody");
        await using var streams = NewCollection();

        var user = await streams.Add(way).RunFgAsync(() => Environment.UserName).DefaultTimeout();

        Assert.Equal("nobody", user);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Host_behind_another_host_by_the_ssh_of_that_one()
    {
        var (gate, bed) = (hosts.Bed["nodotnet"], hosts.Bed["dotnet"]);
        await hosts.Bed.ExecAsync(gate, $"mkdir -p -m 700 /root/.ssh; cat > /root/.ssh/id_ed25519 <<'K'\n{await File.ReadAllTextAsync(hosts.Bed.Identity)}K\nchmod 600 /root/.ssh/id_ed25519");
        await hosts.Bed.ExecAsync(gate, $"cat > /root/.ssh/known_hosts <<'K'\n{await File.ReadAllTextAsync(hosts.Bed.KnownHosts)}K");
        await using var streams = NewCollection();

        var name = await streams.Add(StreamHost.Parse(gate.Place).Then(StreamHost.Parse(bed.Place))).RunFgAsync(() => Environment.MachineName).DefaultTimeout();

        Assert.Equal(bed.Name, name);
    }

    [NeedsFact(SshHosts.Needed | Needs.Socat)]
    public async Task Connector_of_the_sample()
    {
        var socket = _directory["s"];
        using var server = Process.Start(new ProcessStartInfo("socat", [$"UNIX-LISTEN:{socket},fork", "EXEC:sh"]) { Environment = { ["XDG_CACHE_HOME"] = _directory.Root } })!;
        try
        {
            await Eventually.True(() => File.Exists(socket));
            await MeetAsync(StreamHost.From(new UnixSocketConnector(socket)));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync().DefaultTimeout();
        }
    }

    [Fact]
    public async Task Sample_says_why_it_failed()
    {
        await using var streams = NewCollection();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add(StreamHost.From(new UnixSocketConnector(_directory["none"]))).RunFgAsync(() => 1)).DefaultTimeout();
        Assert.Contains($"host unix:{_directory["none"]}: ", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Two streams there meet, and say in which network they are.</summary>
    private async Task<string> MeetAsync(StreamHost host)
    {
        await using var streams = NewCollection();
        var first = streams.Add(host);
        var second = streams.Add(host);
        var runs = new[] { first, second }.Select(stream => stream.RunBg(async block =>
        {
            block.Log("here");
            await block.Sync.BarrierAsync("both", 2, TimeSpan.FromSeconds(30));
            return new FileInfo("/proc/self/ns/net").LinkTarget!;
        })).ToList();
        await streams.WaitAsync().DefaultTimeout();
        var networks = await Task.WhenAll(runs.Select(run => run.ValueAsync()));
        Assert.Equal(networks[0], networks[1]);
        Assert.Equal(host.ToString(), first.Name);
        return networks[0];
    }

    private StreamCollection NewCollection() =>
        new(output.WriteLine, new StreamCollectionOptions { ResultsRoot = _directory["results"], Ssh = new SshOptions { ConfigFile = Requirements.WhySkip(SshHosts.Needed) is null ? hosts.Bed.SshConfig : null } });
}
