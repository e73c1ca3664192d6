using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Nested;

/// <summary>A block on another host that has streams of its own there.</summary>
[Collection(SshHostsCollection.Name)]
public class RemoteNestedStreamTests(SshHosts hosts, ITestOutputHelper output)
{
    [NeedsTheory(SshHosts.Needed)]
    [InlineData("dotnet")]
    [InlineData("nodotnet")]
    [InlineData("libc")]
    public async Task A_block_on_a_host_has_streams_there_and_their_results_come_home(string kind)
    {
        string directory;
        await using (var streams = NewCollection())
        {
            var name = await streams.Add(hosts.Bed[kind].Place, "far").RunFgAsync(
                async () =>
                {
                    await using var second = new StreamCollection();
                    second.Add("localhost", "b").RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)));
                    var host = await second.Add("localhost", "c").RunFgAsync(
                        async block =>
                        {
                            await block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30));
                            await using var third = new StreamCollection();
                            return await third.Add("localhost", "d").RunFgAsync(
                                bottom =>
                                {
                                    File.WriteAllText(Path.Combine(bottom.DataDirectory, "figures"), "1,2,3");
                                    return File.ReadAllText("/etc/hostname").Trim();
                                },
                                new BlockOptions { Name = "Three" });
                        },
                        new BlockOptions { Name = "Two" });
                    await second.WaitAsync();
                    return host;
                },
                new BlockOptions { Name = "One" }).DefaultTimeout();
            Assert.Equal(hosts.Bed[kind].Name, name);
            directory = streams.ResultsDirectory;
        }

        Assert.Equal("1,2,3", File.ReadAllText(Path.Combine(directory, "streams/far/1-One/streams/c/1-Two/streams/d/1-Three/data/figures")));
        Assert.True(File.Exists(Path.Combine(directory, "streams/far/1-One/streams/results.json")));
        Assert.True(File.Exists(Path.Combine(directory, "streams/far/1-One/streams/c/1-Two/streams/events.jsonl")));
        Assert.DoesNotContain(".partial", string.Join('\n', Directory.EnumerateDirectories(Path.Combine(directory, "streams/far/1-One"))), StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Nothing_below_outlives_a_block_there_whose_worker_is_killed()
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using (var streams = NewCollection())
        {
            var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add(hosts.Bed["dotnet"].Place, "far").RunFgAsync(async () =>
            {
                await using var nested = new StreamCollection();
                nested.Add("localhost", "b").RunBg(block => block.RunAsync($"sleep {marker}"));
                await nested.Add("localhost", "c").RunFgAsync(() => { });
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            })).DefaultTimeout();
            Assert.Equal(OutcomeReason.Crashed, failure.Failures[0].Reason);

            var processes = await hosts.Bed.ExecAsync(hosts.Bed["dotnet"], "ps -eo args");
            output.WriteLine(processes);
            Assert.DoesNotContain($"sleep {marker}", processes, StringComparison.Ordinal);
            Assert.DoesNotContain("Streams.dll supervise", processes, StringComparison.Ordinal);
        }
    }

    private StreamCollection NewCollection() =>
        new(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
}
