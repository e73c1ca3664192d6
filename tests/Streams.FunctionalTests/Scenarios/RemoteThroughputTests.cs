using System.Text.Json;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Scenarios;

/// <summary>The example that the library is designed for, between two other hosts; and no port of ours is open meanwhile.</summary>
[Collection(SshHostsCollection.Name)]
public sealed class RemoteThroughputTests(SshHosts hosts, ITestOutputHelper output)
{
    private const int Port = 5201;

    [NeedsFact(SshHosts.Needed | Needs.Iperf)]
    public async Task First_example_runs_with_iperf3_between_two_hosts()
    {
        var (first, second) = (hosts.Bed["dotnet"], hosts.Bed["nodotnet"]);
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
        var before = await ListenersAsync(first, second);
        var server = streams.Add(first.Place, name: "server");
        var client = streams.Add(second.Place, name: "client");

        server.RunBg(async block =>
        {
            await using var iperf = await block.StartAsync($"iperf3 -s -p {Port}", ready: Ready.Listening(Port));
            await block.Sync.BarrierAsync("setup", 2);
            await block.Sync.BarrierAsync("finished", 2);
        });
        var (mbits, address) = await client.RunFgAsync(async block =>
        {
            await block.Sync.BarrierAsync("setup", 2);
            var address = block.Peers["server"].Address;
            var run = await block.RunAsync($"iperf3 -J -c {address} -p {Port} -t 1");
            await block.Sync.BarrierAsync("finished", 2);
            using var report = JsonDocument.Parse(run.StandardOutput);
            return (report.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e6, address);
        }).DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();
        var during = await ListenersAsync(first, second); // agents and workers are still there, iperf3 is not
        await streams.DisposeAsync();
        output.WriteLine($"{mbits:0} Mbit/s to {address}");

        Assert.True(mbits > 1);
        Assert.Equal(first.Address, address);
        Assert.Equal(before, during);
        Assert.Equal(before, await ListenersAsync(first, second));
    }

    private async Task<string> ListenersAsync(params BedHost[] of)
    {
        var lists = await Task.WhenAll(of.Select(host => hosts.Bed.ExecAsync(host, "ss -ltnuH | awk '{ print $1, $5 }' | sort")));
        return string.Join("--\n", lists);
    }
}
