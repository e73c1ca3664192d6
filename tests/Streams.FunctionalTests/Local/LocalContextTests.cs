namespace Streams.FunctionalTests.Local;

/// <summary>What blocks of streams on this machine are given.</summary>
public class LocalContextTests(ITestOutputHelper output)
{
    private static readonly string[] OwnVariables =
        ["STREAMS_BLOCK", "STREAMS_BLOCK_DIR", "STREAMS_DATA_DIR", "STREAMS_HOST", "STREAMS_LEASH", "STREAMS_STREAM", "STREAMS_SYNC"];

    [Fact]
    public async Task Kept_command_lives_until_its_stream_ends()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await BlockStories.Kept_command_lives_until_its_stream_ends(streams, streams.Add("localhost"));
    }

    [Fact]
    public async Task Kept_command_ends_with_the_collection()
    {
        int kept;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            kept = await streams.Add("localhost").RunFgAsync(async block =>
            {
                var server = await block.StartAsync("exec sleep 300");
                server.Keep();
                return server.ProcessId;
            }).DefaultTimeout();
            Assert.True(Directory.Exists($"/proc/{kept}"));
        }

        Assert.False(Directory.Exists($"/proc/{kept}"));
    }

    [Fact]
    public async Task Killed_worker_takes_what_it_kept_along_and_forgets()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await BlockStories.Killed_worker_takes_what_it_kept_along_and_forgets(streams, streams.Add("localhost"));
    }

    [Fact]
    public async Task Fresh_process_shares_nothing_with_the_blocks_around_it()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await BlockStories.Fresh_process_shares_nothing_with_the_blocks_around_it(streams.Add("localhost"));
    }

    [Fact]
    public async Task Collected_files_come_home_also_from_a_block_that_fails()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await BlockStories.Collected_files_come_home_also_from_a_block_that_fails(streams, streams.Add("localhost"));
    }

    [Fact]
    public async Task Output_of_a_block_is_read_while_it_runs()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await BlockStories.Output_of_a_block_is_read_while_it_runs(streams, streams.Add("localhost"));
    }

    [Fact]
    public async Task Commands_see_the_environment_of_the_test_as_it_is_now_and_not_as_it_was_when_the_first_worker_started()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await streams.Add("localhost").RunFgAsync(() => { }).DefaultTimeout();
        var name = $"CONTEXT_TEST_{Environment.ProcessId}";
        Environment.SetEnvironmentVariable(name, "set late");
        try
        {
            var told = await streams.Add("localhost", "later").RunFgAsync($"echo \"${name:raw}\"").DefaultTimeout();
            Assert.Equal("set late\n", told.StandardOutput);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public async Task Commands_see_what_they_would_see_under_a_plain_shell()
    {
        // The plain shell: of this process, whose .NET has changed the limit of open files and ignores SIGPIPE for its children.
        var limit = Streams.Supervision.SessionLimits.OpenFiles();
        var look = limit.Length > 0 ? $"ulimit -Sn {limit}; {BlockStories.Look}" : BlockStories.Look;
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/env", ["--default-signal", "sh", "-c", look])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var shell = System.Diagnostics.Process.Start(start)!;
        shell.StandardInput.Close();
        var plain = await shell.StandardOutput.ReadToEndAsync().DefaultTimeout();
        await using var streams = new StreamCollection(output.WriteLine);

        var inBlock = await streams.Add("localhost").RunFgAsync(block => block.RunAsync(BlockStories.Look)).DefaultTimeout();
        output.WriteLine(inBlock.StandardOutput);

        // What this process was left open by whoever runs the tests is none of a plain shell's.
        plain = System.Text.RegularExpressions.Regex.Replace(plain, "^0 1 2 3 .*$", "0 1 2 3 ", System.Text.RegularExpressions.RegexOptions.Multiline);
        BlockStories.AssertPlain(plain, inBlock.StandardOutput, OwnVariables);
    }

    [Fact]
    public async Task Peers_on_this_machine_are_reached_at_localhost()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "one");
        streams.Add("localhost", "two");

        Assert.Equal("two on localhost: localhost", await stream.RunFgAsync(block =>
            string.Join("; ", block.Peers.Values.Select(peer => $"{peer.Stream} on {peer.Host}: {peer.Address}"))).DefaultTimeout());
    }
}
