using System.Text.Json;

namespace Streams.FunctionalTests.Nested;

/// <summary>A block that has streams of its own (D22), on this machine.</summary>
public class NestedStreamTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_collection_made_in_a_block_runs_its_blocks_in_workers_of_its_own_below_the_block()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var (outer, inner, parents) = await streams.Add("localhost", "outer").RunFgAsync(async block =>
        {
            await using var nested = new StreamCollection();
            var worker = await nested.Add("localhost", "inner").RunFgAsync(() => (Environment.ProcessId, Ancestors.Of(Environment.ProcessId)));
            return (Environment.ProcessId, worker.ProcessId, worker.Item2);
        }).DefaultTimeout();

        Assert.NotEqual(outer, inner);
        Assert.Contains(outer, parents);
    }

    [Fact]
    public async Task Three_levels_run_and_their_results_nest()
    {
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var text = await streams.Add("localhost", "a").RunFgAsync(
                async () =>
                {
                    await using var second = new StreamCollection();
                    return await second.Add("localhost", "b").RunFgAsync(
                        async () =>
                        {
                            await using var third = new StreamCollection();
                            return await third.Add("localhost", "c").RunFgAsync(
                                block =>
                                {
                                    block.Log("at the bottom");
                                    File.WriteAllText(Path.Combine(block.DataDirectory, "figures"), "1,2,3");
                                    return "came up";
                                },
                                new BlockOptions { Name = "Three" });
                        },
                        new BlockOptions { Name = "Two" });
                },
                new BlockOptions { Name = "One" }).DefaultTimeout();
            Assert.Equal("came up", text);
            directory = streams.ResultsDirectory;
        }

        var bottom = Path.Combine(directory, "streams/a/1-One/streams/b/1-Two/streams/c/1-Three");
        Assert.Equal("1,2,3", File.ReadAllText(Path.Combine(bottom, "data/figures")));
        Assert.Contains("at the bottom", File.ReadAllText(Path.Combine(bottom, "debug.log")), StringComparison.Ordinal);
        foreach (var level in new[] { "streams/a/1-One", "streams/a/1-One/streams/b/1-Two" })
        {
            using var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, level, "streams/results.json")));
            Assert.Equal(JsonValueKind.Object, results.RootElement.ValueKind);
        }
    }

    [Fact]
    public async Task Barriers_of_two_levels_with_one_name_do_not_meet()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "outer").RunBg(async block =>
        {
            await using var nested = new StreamCollection();
            foreach (var name in new[] { "one", "two" })
                nested.Add("localhost", name).RunBg(inner => inner.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)));
            await nested.WaitAsync();
            await block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30));
        });
        streams.Add("localhost", "other").RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)));

        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_failure_below_fails_the_block_above_and_says_its_cause()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost", "outer").RunFgAsync(async () =>
        {
            await using var nested = new StreamCollection();
            nested.Add("localhost", "server").RunBg(() => throw new InvalidOperationException("no port left"), new BlockOptions { Name = "NetServer" });
            nested.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMinutes(5)), new BlockOptions { Name = "NetPerf" });
            await nested.WaitAsync();
        })).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Contains("stream 'outer'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("block 1-NetServer failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no port left", failure.Message, StringComparison.Ordinal);
        Assert.Contains("as a consequence", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_waits_for_none_of_its_streams_fails_with_them_and_leaves_nothing()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "outer");
        using var directory = new TempDirectory();
        var seen = directory["seen"];

        var run = stream.RunBg(async () =>
        {
            var forgotten = new StreamCollection();
            var fails = forgotten.Add("localhost", "fails").RunBg(() => throw new InvalidOperationException("nobody listens"));
            await forgotten.Add("localhost", "waits").RunFgAsync(() => File.WriteAllText(seen, $"{Environment.ProcessId}"));
            await fails.Completion;
            forgotten[1].RunBg(() => Thread.Sleep(Timeout.Infinite));
        });
        var result = await run.Completion.DefaultTimeout();
        var next = await stream.RunFgAsync(async () =>
        {
            await using var nested = new StreamCollection();
            return await nested.Add("localhost").RunFgAsync(() => "goes on");
        }).DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal(BlockOutcome.Fail, result.Outcome);
        Assert.Contains("nobody listens", result.Message, StringComparison.Ordinal);
        Assert.False(Ancestors.IsAlive(int.Parse(File.ReadAllText(seen), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("goes on", next);
    }

    [Theory]
    [InlineData("killed")]
    [InlineData("timed out")]
    [InlineData("stopped")]
    public async Task Nothing_below_outlives_a_block_however_it_ends(string how)
    {
        using var directory = new TempDirectory();
        var (pids, ready) = (directory["pids"], directory["ready"]);
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromSeconds(1) });
        var run = streams.Add("localhost", "outer").RunBg(
            async () =>
            {
                await using var nested = new StreamCollection();
                nested.Add("localhost", "inner").RunBg(async () =>
                {
                    await using var third = new StreamCollection();
                    third.Add("localhost", "bottom").RunBg(() =>
                    {
                        File.WriteAllText(pids, string.Join('\n', Ancestors.Of(Environment.ProcessId).Prepend(Environment.ProcessId)));
                        File.Move(pids, ready);
                        Thread.Sleep(Timeout.Infinite);
                    });
                    await third.WaitAsync();
                });
                await nested.WaitAsync();
            },
            new BlockOptions { TimeLimit = how == "timed out" ? TimeSpan.FromSeconds(4) : TimeSpan.FromMinutes(5) });

        await Eventually.True(() => File.Exists(ready) || run.Result is not null);
        var line = File.ReadAllLines(ready).Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        var below = line.TakeWhile(pid => pid != Environment.ProcessId).ToList();
        // bottom, its supervisor, inner, its supervisor, outer, the test's supervisor
        var outer = below[^2];
        if (how == "killed")
            System.Diagnostics.Process.GetProcessById(outer).Kill();
        var result = how == "stopped" ? await run.StopAsync().DefaultTimeout() : await run.Completion.DefaultTimeout();
        output.WriteLine($"{result.Outcome} {result.Message}; {string.Join(' ', below)}");

        Assert.Equal(how switch { "killed" => BlockOutcome.Error, "stopped" => BlockOutcome.Cancel, _ => BlockOutcome.Interrupt }, result.Outcome);
        Assert.True(below.Count >= 6, string.Join(' ', line));
        Assert.DoesNotContain(below.SkipLast(how == "killed" ? 1 : 2), Ancestors.IsAlive);
        _ = await Record.ExceptionAsync(() => streams.WaitAsync()).DefaultTimeout();
    }

    [Fact]
    public async Task Two_collections_of_one_block_have_directories_of_their_own()
    {
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var run = streams.Add("localhost", "outer").RunBg(async () =>
            {
                await using var first = new StreamCollection();
                await using var second = new StreamCollection();
                first.Add("localhost", "debug.log").RunBg(() => { }, new BlockOptions { Name = "Same" });
                second.Add("localhost", "debug.log").RunBg(() => { }, new BlockOptions { Name = "Same" });
                await first.WaitAsync();
                await second.WaitAsync();
            });
            await streams.WaitAsync().DefaultTimeout();
            directory = run.Result!.Directory;
        }

        Assert.True(File.Exists(Path.Combine(directory, "streams/debug.log")));
        Assert.True(File.Exists(Path.Combine(directory, "streams/debug.log~2/1-Same/result.json")));
        Assert.True(File.Exists(Path.Combine(directory, "streams~2/debug.log~2/1-Same/result.json")));
    }

    [Fact]
    public async Task A_collection_made_after_its_blocks_end_is_refused()
    {
        using var directory = new TempDirectory();
        var refused = directory["refused"];
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "outer");

        await stream.RunFgAsync(() =>
        {
            _ = Task.Run(async () =>
            {
                await Task.Delay(300);
                var message = await Record.ExceptionAsync(() => Task.FromResult(new StreamCollection()));
                File.WriteAllText(refused, message?.Message ?? "not refused");
            });
        }).DefaultTimeout();
        await Eventually.True(() => File.Exists(refused) && File.ReadAllText(refused).Length > 0);

        Assert.Contains("has ended", File.ReadAllText(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_block_itself_is_a_party_of_its_streams()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var port = await streams.Add("localhost", "outer").RunFgAsync(async () =>
        {
            await using var nested = new StreamCollection();
            nested.Add("localhost", "inner").RunBg(block => block.Sync.PutAsync("port", 5201));
            return await nested.Sync.GetAsync<int>("port");
        }).DefaultTimeout();

        Assert.Equal(5201, port);
    }
}
