namespace Streams.FunctionalTests.Collections;

/// <summary>Slices, tags, groups and single tasks.</summary>
public class GroupTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_tag_finds_its_streams_also_those_that_were_added_late()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "server");
        streams.Add("localhost", "c1", new StreamOptions { Tags = ["client"] });
        Assert.Equal(["c1"], streams.Tagged("client").Select(stream => stream.Name));
        streams.Add("localhost", "c2", new StreamOptions { Tags = ["slow", "client"] });

        Assert.Equal(["c1", "c2"], streams.Tagged("client").Select(stream => stream.Name));
        Assert.Equal(["c1", "c2"], streams[1..].Select(stream => stream.Name));
        Assert.Equal("c2", streams[^1].Name);
        Assert.Equal("c1", streams[1..][0].Name);
        Assert.Same(streams[0], streams["server"]);
    }

    [Fact]
    public async Task A_tag_that_no_stream_has_is_refused_naming_those_that_are()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", options: new StreamOptions { Tags = ["client"] });

        var refused = Assert.Throws<KeyNotFoundException>(() => streams.Tagged("clint"));

        Assert.Contains("'clint'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("client", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_runs_a_block_on_each_stream_and_gives_the_values_in_order()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        foreach (var name in new[] { "a", "b", "c" })
            streams.Add("localhost", name);

        var names = await streams[..].RunFgAsync(async block =>
        {
            await block.Sync.BarrierAsync("all", 3, TimeSpan.FromSeconds(30));
            return block.Stream;
        }).DefaultTimeout();
        var group = streams[1..].RunBg(block => Environment.ProcessId);
        var results = await group.Completion.DefaultTimeout();

        Assert.Equal(["a", "b", "c"], names);
        Assert.Equal(["b", "c"], results.Select(result => result.Stream));
        Assert.Equal(2, (await group.ValuesAsync()).Distinct().Count());
        Assert.Same(group[1], group["c"]);
    }

    [Fact]
    public async Task A_group_in_the_foreground_fails_once_for_all_that_failed()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        foreach (var name in new[] { "a", "b", "c" })
            streams.Add("localhost", name);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams[..].RunFgAsync(block =>
        {
            if (block.Stream != "b")
                throw new InvalidOperationException($"no cable at {block.Stream}");
        })).DefaultTimeout();

        Assert.Equal(["a", "c"], failure.Failures.Select(result => result.Stream).Order());
        Assert.Contains("no cable at a", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no cable at c", failure.Message, StringComparison.Ordinal);
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_group_is_stopped_as_one()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "a");
        streams.Add("localhost", "b");
        var group = streams[..].RunBg("sleep 600");
        await Eventually.True(() => group.All(run => run.Phase == BlockPhase.Started));

        var results = await group.StopAsync().DefaultTimeout();

        Assert.All(results, result => Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (result.Outcome, result.Reason)));
    }

    [Fact]
    public async Task A_single_task_has_a_stream_of_its_own_whose_worker_ends_with_it()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var worker = await streams.RunFgAsync("localhost", () => Environment.ProcessId).DefaultTimeout();
        var other = streams.RunBg("localhost", "echo $PPID; echo done");
        var said = await other.ValueAsync().DefaultTimeout();

        Assert.Equal(["localhost", "localhost-2"], streams.Select(stream => stream.Name));
        Assert.Equal(("localhost-2", "1-echo"), (other.Stream, other.Name));
        Assert.EndsWith("done\n", said.StandardOutput, StringComparison.Ordinal);
        await Eventually.True(() => !Directory.Exists($"/proc/{worker}"));
    }

    [Fact]
    public async Task A_single_task_that_cannot_travel_leaves_no_stream()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        using var stream = new MemoryStream();

        Assert.Throws<BlockNotSendableException>(() => { streams.RunBg("localhost", () => stream.Flush()); });
        Assert.Throws<FormatException>(() => { streams.RunBg("-oProxyCommand=x", "echo no"); });

        Assert.Empty(streams);
    }
}
