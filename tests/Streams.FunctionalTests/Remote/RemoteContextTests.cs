using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>What blocks of streams on other hosts are given.</summary>
[Collection(SshHostsCollection.Name)]
public class RemoteContextTests(SshHosts hosts, ITestOutputHelper output)
{
    private static readonly string[] OwnVariables =
        ["STREAMS_BLOCK", "STREAMS_BLOCK_DIR", "STREAMS_DATA_DIR", "STREAMS_HOST", "STREAMS_LEASH", "STREAMS_STREAM", "STREAMS_SYNC"];

    [NeedsFact(SshHosts.Needed)]
    public async Task Kept_command_lives_until_its_stream_ends()
    {
        await using var streams = NewCollection();
        await BlockStories.Kept_command_lives_until_its_stream_ends(streams, streams.Add(hosts.Bed["dotnet"].Place));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Killed_worker_takes_what_it_kept_along_and_forgets()
    {
        await using var streams = NewCollection();
        await BlockStories.Killed_worker_takes_what_it_kept_along_and_forgets(streams, streams.Add(hosts.Bed["dotnet"].Place));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Fresh_process_shares_nothing_with_the_blocks_around_it()
    {
        await using var streams = NewCollection();
        await BlockStories.Fresh_process_shares_nothing_with_the_blocks_around_it(streams.Add(hosts.Bed["dotnet"].Place));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Collected_files_come_home_also_from_a_block_that_fails()
    {
        await using var streams = NewCollection();
        await BlockStories.Collected_files_come_home_also_from_a_block_that_fails(streams, streams.Add(hosts.Bed["dotnet"].Place));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Output_of_a_block_is_read_while_it_runs()
    {
        await using var streams = NewCollection();
        await BlockStories.Output_of_a_block_is_read_while_it_runs(streams, streams.Add(hosts.Bed["dotnet"].Place));
    }

    /// <summary>A bare host, where the runtime was sent: what it needs to start is not for the block's commands.</summary>
    [NeedsTheory(SshHosts.Needed)]
    [InlineData("dotnet")]
    [InlineData("nodotnet")]
    public async Task Commands_see_what_they_would_see_under_plain_ssh(string kind)
    {
        var host = hosts.Bed[kind];
        var plain = await hosts.Bed.ExecAsync(host, $"sh -c {Streams.Processes.ShellQuoting.Quote(BlockStories.Look)}");
        await using var streams = NewCollection();

        var inBlock = await streams.Add(host.Place).RunFgAsync(block => block.RunAsync(BlockStories.Look)).DefaultTimeout();
        output.WriteLine(inBlock.StandardOutput);

        BlockStories.AssertPlain(WithoutConnection(plain), WithoutConnection(inBlock.StandardOutput), OwnVariables);

        // Two connections: each has its own ports.
        static string WithoutConnection(string look) => string.Join('\n', look.Split('\n').Where(line => !line.StartsWith("SSH_", StringComparison.Ordinal)));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Listening_is_waited_for_on_the_hosts_side()
    {
        await using var streams = NewCollection();
        var text = await streams.Add(hosts.Bed["dotnet"].Place).RunFgAsync(async block =>
        {
            await using var server = await block.StartAsync("nc -l 127.0.0.1 5299", Ready.Listening(5299));
            return (await block.RunAsync("echo hello | nc -N 127.0.0.1 5299; echo sent")).StandardOutput;
        }).DefaultTimeout();

        Assert.Equal("sent\n", text);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Loopback_is_never_given_for_another_host()
    {
        var (one, other) = (hosts.Bed["dotnet"], hosts.Bed["nodotnet"]);
        await using var streams = NewCollection();
        var far = streams.Add(one.Place, "far");
        streams.Add(one.Place, "beside");
        streams.Add(other.Place, "farther");
        var here = streams.Add("localhost", "here");

        var fromFar = await far.RunFgAsync(block => string.Join("; ", block.Peers.Values.Select(peer => $"{peer.Stream} {peer.Address ?? "unknown"}"))).DefaultTimeout();
        var fromHere = await here.RunFgAsync(block => string.Join("; ", block.Peers.Values.Select(peer => $"{peer.Stream} {peer.Address ?? "unknown"}"))).DefaultTimeout();

        Assert.Equal($"beside localhost; farther {other.Address}; here unknown", fromFar);
        Assert.Equal($"far {one.Address}; beside {one.Address}; farther {other.Address}", fromHere);
    }

    private StreamCollection NewCollection() => new(output.WriteLine, new() { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });
}
