namespace Streams.FunctionalTests.Collections;

/// <summary>The queue of the seed RFC, and what a failure, a stop or another stream's end does to it.</summary>
public class QueueSemanticsTests(ITestOutputHelper output)
{
    private readonly ITestOutputHelper _output = output;

    /// <summary>
    /// The RFC's words: "stream.run_bg(first); stream.run_bg(second); stream.run_fg(third); stream.run_bg(fourth) and the stream
    /// should start task first, queue task second, queue task third, wait for it to finish and report third results. Then it
    /// should resume the main thread and queue the fourth task."
    /// </summary>
    [Fact]
    public async Task The_RFCs_queue_first_second_third_fourth()
    {
        var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost");

        var first = stream.RunBg(() => "first");
        var second = stream.RunBg(() => "second");
        var third = await stream.RunFgAsync(() => "third").DefaultTimeout();
        var whenThirdWasReported = (first.Phase, second.Phase);
        var fourth = stream.RunBg(() => "fourth");
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal("third", third);
        Assert.Equal((BlockPhase.Finished, BlockPhase.Finished), whenThirdWasReported);
        Assert.Equal([1, 2, 3, 4], stream.Results.Select(result => result.Ordinal));
        Assert.True(stream.Results.Zip(stream.Results.Skip(1)).All(pair => pair.First.FinishedAfter <= pair.Second.FinishedAfter));
        Assert.Equal(["first", "second", "fourth"], [await first.ValueAsync(), await second.ValueAsync(), await fourth.ValueAsync()]);
        await streams.DisposeAsync();
        Assert.All(stream.Results, result => Assert.True(Directory.Exists(result.Directory), result.Directory));
    }

    [Fact]
    public async Task By_default_a_failure_does_not_keep_the_rest_from_running()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost");
        stream.RunBg("exit 3");
        stream.RunBg(() => { });

        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal([BlockOutcome.Fail, BlockOutcome.Pass], stream.Results.Select(result => result.Outcome));
    }

    [Fact]
    public async Task Skipping_the_rest_cancels_what_is_queued_and_what_comes_naming_the_failure()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost", "s", new StreamOptions { FailurePolicy = FailurePolicy.SkipRest });
        stream.RunBg(() => { });
        stream.RunBg("exit 3", new BlockOptions { Name = "NetPerf" });
        stream.RunBg(() => { });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        var late = await stream.RunBg(() => { }).Completion.DefaultTimeout();

        Assert.Equal([BlockOutcome.Pass, BlockOutcome.Fail, BlockOutcome.Cancel, BlockOutcome.Cancel], stream.Results.Select(result => result.Outcome));
        Assert.Equal((OutcomeReason.EarlierBlockFailed, "not run: because 2-NetPerf failed"), (late.Reason, late.Message));
        Assert.Contains("not run: stream 's'", failure.Message, StringComparison.Ordinal);
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_failure_of_an_essential_stream_ends_the_others_at_once()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var essential = streams.Add("localhost", "client", new StreamOptions { IsEssential = true });
        var other = streams.Add("localhost", "server");
        var running = other.RunBg(block => block.Sync.BarrierAsync("never", 2));
        var queued = other.RunBg(() => { });
        await Eventually.True(() => running.Phase == BlockPhase.Started);
        essential.RunBg("exit 3", new BlockOptions { Name = "NetPerf" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        _output.WriteLine(failure.Message);

        Assert.Equal("1-NetPerf", Assert.Single(failure.Failures).Name);
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.EssentialStreamEnded), (running.Result!.Outcome, running.Result.Reason));
        Assert.Equal("stopped: because essential stream 'client' ended: 1-NetPerf failed", running.Result.Message);
        Assert.Equal("not run: because essential stream 'client' ended: 1-NetPerf failed", queued.Result!.Message);
    }

    [Fact]
    public async Task When_the_essential_stream_is_done_waiting_ends_the_others_without_a_failure()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var server = streams.Add("localhost", "server").RunBg("sleep 600");
        streams.Add("localhost", "client", new StreamOptions { IsEssential = true }).RunBg(() => { });

        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.EssentialStreamEnded), (server.Result!.Outcome, server.Result.Reason));
    }

    [Fact]
    public async Task A_stopped_stream_cancels_its_queue_at_once_and_refuses_more()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost", "s");
        var running = stream.RunBg("sleep 600");
        var queued = stream.RunBg(() => { });
        await Eventually.True(() => running.Phase == BlockPhase.Started);

        await stream.StopAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (running.Result!.Outcome, running.Result.Reason));
        Assert.Equal("not run: its stream was stopped", queued.Result!.Message);
        var refused = Assert.Throws<InvalidOperationException>(() => { stream.RunBg(() => { }); });
        Assert.Contains("'s' was stopped", refused.Message, StringComparison.Ordinal);
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_fresh_worker_comes_between_the_blocks_given_before_and_those_given_after()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost");
        var first = stream.RunBg(() => Environment.ProcessId);
        var second = stream.RunBg(() => Environment.ProcessId);
        var restart = stream.RestartWorkerAsync();
        var third = stream.RunBg(() => Environment.ProcessId);
        await restart.DefaultTimeout();
        await stream.RestartWorkerAsync().DefaultTimeout();
        var fourth = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        var (one, two, three) = (await first.ValueAsync(), await second.ValueAsync(), await third.ValueAsync());
        Assert.Equal(one, two);
        Assert.Equal(3, new[] { one, three, fourth }.Distinct().Count());
        Assert.False(Directory.Exists($"/proc/{one}"));
    }

    [Fact]
    public async Task Blocks_see_the_environment_of_their_stream_and_so_do_their_commands()
    {
        await using var streams = new StreamCollection(_output.WriteLine);
        var stream = streams.Add("localhost", options: new StreamOptions { Environment = new Dictionary<string, string> { ["NETPERF_PORT"] = "12865" } });

        var inBlock = await stream.RunFgAsync(() => Environment.GetEnvironmentVariable("NETPERF_PORT")).DefaultTimeout();
        var inCommand = await stream.RunFgAsync("echo $NETPERF_PORT").DefaultTimeout();

        Assert.Equal("12865", inBlock);
        Assert.Equal("12865\n", inCommand.StandardOutput);
    }

    [Fact]
    public async Task Only_so_many_blocks_run_at_once_and_who_waits_for_his_turn_is_named()
    {
        await using var streams = new StreamCollection(_output.WriteLine, new StreamCollectionOptions { MaxParallelBlocks = 1 });
        var first = streams.Add("localhost", "a").RunBg(block => block.Sync.BarrierAsync("both", 2, TimeSpan.FromSeconds(3)), new BlockOptions { Name = "A" });
        await Eventually.True(() => first.Phase == BlockPhase.Started);
        var second = streams.Add("localhost", "b").RunBg(() => { }, new BlockOptions { Name = "B" });
        await Eventually.True(() => second.Phase == BlockPhase.Ready);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        _output.WriteLine(failure.Message);

        Assert.Contains("b/1-B (localhost), block 1-B waits for its turn: 1 of at most 1 blocks run", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BlockOutcome.Pass, second.Result!.Outcome);
    }
}
