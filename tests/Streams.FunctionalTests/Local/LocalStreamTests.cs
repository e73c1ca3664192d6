namespace Streams.FunctionalTests.Local;

public class LocalStreamTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task A_block_runs_in_another_process_and_its_value_comes_home()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var worker = await streams.Add("localhost").RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        Assert.NotEqual(Environment.ProcessId, worker);
    }

    [Fact]
    public async Task Captures_travel_to_the_block()
    {
        var words = new List<string> { "live", "migration" };
        var factor = 21;
        await using var streams = new StreamCollection(output.WriteLine);

        var (text, number) = await streams.Add("localhost").RunFgAsync(() => (string.Join(' ', words), factor * 2)).DefaultTimeout();

        Assert.Equal("live migration", text);
        Assert.Equal(42, number);
    }

    [Fact]
    public async Task Blocks_of_one_stream_run_first_in_first_out_in_one_worker()
    {
        using var directory = new TempDirectory();
        var file = directory["order"];
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        foreach (var number in Enumerable.Range(1, 20))
            stream.RunBg(() => File.AppendAllText(file, $"{number} {Environment.ProcessId}\n"));
        await stream.WaitAsync().DefaultTimeout();

        var lines = File.ReadAllLines(file).Select(line => line.Split(' ')).ToList();
        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"{number}"), lines.Select(line => line[0]));
        Assert.Single(lines.Select(line => line[1]).Distinct());
    }

    [Fact]
    public async Task The_seed_RFCs_queue_example_holds()
    {
        // "stream.run_bg(first); stream.run_bg(second); stream.run_fg(third); stream.run_bg(fourth)": the foreground block
        // waits for those in front of it, returns its result, and the author goes on.
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var first = stream.RunBg(() => { }, new BlockOptions { Name = "first" });
        var second = stream.RunBg(() => { }, new BlockOptions { Name = "second" });
        var third = await stream.RunFgAsync(() => "third").DefaultTimeout();
        Assert.Equal(BlockPhase.Finished, first.Phase);
        Assert.Equal(BlockPhase.Finished, second.Phase);
        stream.RunBg(() => { }, new BlockOptions { Name = "fourth" });
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal("third", third);
        Assert.Equal([1, 2, 3, 4], stream.Results.Select(result => result.Ordinal));
        Assert.Equal(["1-first", "2-second"], stream.Results.Take(2).Select(result => result.Name));
    }

    [Fact]
    public async Task Streams_run_side_by_side_and_meet_at_a_barrier()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        foreach (var name in new[] { "a", "b", "c" })
            streams.Add("localhost", name).RunBg(block => block.Sync.BarrierAsync("together", 3, TimeSpan.FromSeconds(30)));
        await streams.WaitAsync().DefaultTimeout();

        Assert.All(streams, stream => Assert.Equal(BlockOutcome.Pass, Assert.Single(stream.Results).Outcome));
    }

    [Fact]
    public async Task Values_are_exchanged_between_blocks()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        streams.Add("localhost", "server").RunBg(block => block.Sync.PutAsync("port", 5201));
        var port = await streams.Add("localhost", "client").RunFgAsync(block => block.Sync.GetAsync<int>("port")).DefaultTimeout();

        Assert.Equal(5201, port);
    }

    [Fact]
    public async Task Command_lines_run_and_their_holes_are_quoted()
    {
        var evil = "a  b'; echo hacked; '";
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var quoted = await stream.RunFgAsync($"printf %s {evil}").DefaultTimeout();
        var listed = await stream.RunFgAsync(["printf", "%s", evil]).DefaultTimeout();
        var shell = await stream.RunFgAsync("echo one; echo two >&2").DefaultTimeout();
        var allowed = await stream.RunFgAsync("exit 3", new BlockOptions { AllowFailure = true }).DefaultTimeout();

        Assert.Equal(evil, quoted.StandardOutput);
        Assert.Equal(evil, listed.StandardOutput);
        Assert.Equal(("one\n", "two\n"), (shell.StandardOutput, shell.StandardError));
        Assert.Equal(3, allowed.ExitCode);
    }

    [Fact]
    public async Task A_stopped_block_is_cancelled_and_does_not_fail_the_test()
    {
        using var directory = new TempDirectory();
        var started = directory["started"];
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        var endless = stream.RunBg(async block =>
        {
            await File.WriteAllTextAsync(started, "");
            await Task.Delay(Timeout.Infinite, block.Cancellation);
        });
        var queued = stream.RunBg(() => { });

        Assert.Equal(BlockOutcome.Cancel, (await queued.StopAsync().DefaultTimeout()).Outcome);
        await Eventually.True(() => endless.Phase == BlockPhase.Started);
        var result = await endless.StopAsync().DefaultTimeout();
        var after = await stream.RunFgAsync(() => "still usable").DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (result.Outcome, result.Reason));
        Assert.Equal("still usable", after);
    }

    [Fact]
    public async Task A_block_that_ignores_everything_is_ended_at_its_time_limit_and_the_queue_goes_on()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(200) });
        var stream = streams.Add("localhost");
        var hanging = stream.RunBg(
            () =>
            {
                while (true)
                {
                }
            },
            new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(500) });

        var after = await stream.RunFgAsync(() => "fresh worker").DefaultTimeout();
        var result = await hanging.Completion.DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (result.Outcome, result.Reason));
        Assert.Contains("time limit of 500 ms", failure.Message, StringComparison.Ordinal);
        Assert.Equal("fresh worker", after);
    }

    [Fact]
    public async Task Names_are_unique_and_default_to_the_host()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        Assert.Equal("localhost", streams.Add("localhost").Name);
        Assert.Equal("localhost-2", streams.Add("localhost").Name);
        Assert.Equal("a", streams.Add("localhost", "a").Name);
        var refused = Assert.Throws<ArgumentException>(() => streams.Add("localhost", "A"));

        Assert.Contains("'A' is used already", refused.Message, StringComparison.Ordinal);
        Assert.Same(streams[2], streams["a"]);
        Assert.Equal(3, streams.Count);
    }

    [Fact]
    public async Task Value_tasks_are_awaited_there_and_can_be_awaited_here()
    {
        var host = "db1";
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var value = await stream.RunFgAsync(async ValueTask<int> () =>
        {
            await Task.Yield();
            return host.Length;
        }).DefaultTimeout();
        await stream.RunFgAsync(async ValueTask () => await Task.Yield()).DefaultTimeout();

        Assert.Equal(3, await value);
    }

    [Fact]
    public async Task One_bare_word_is_never_a_guess()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var refused = Assert.Throws<ArgumentException>(() => { stream.RunBg("uptime"); });
        var run = await stream.RunFgAsync("exec:true").DefaultTimeout();

        Assert.Contains("\"exec:uptime\"", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("true: a command line, for it begins with exec:", run.Description);
    }

    [Theory]
    [InlineData("text\n")]
    [InlineData("")]
    public async Task A_command_reads_its_input(string input)
    {
        var options = new BlockOptions { StandardInput = input };
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        Assert.Equal(input, (await stream.RunFgAsync(["cat"], options).DefaultTimeout()).StandardOutput);
        Assert.Equal(input, (await stream.RunFgAsync("exec:cat", options).DefaultTimeout()).StandardOutput);
    }
}
