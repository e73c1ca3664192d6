namespace Streams.FunctionalTests.Collections;

/// <summary>Time limits of blocks, streams and waits, and what they say.</summary>
public class LimitTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_streams_limit_is_that_of_its_blocks_unless_they_have_their_own()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", options: new StreamOptions { TimeLimit = TimeSpan.FromSeconds(1) });

        var late = stream.RunBg("sleep 600");
        var inTime = stream.RunBg("sleep 1.5", new BlockOptions { TimeLimit = TimeSpan.FromSeconds(60) });
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (late.Result!.Outcome, late.Result.Reason));
        Assert.Contains("time limit of 1 s", late.Result.Message, StringComparison.Ordinal);
        Assert.Equal(BlockOutcome.Pass, inTime.Result!.Outcome);
    }

    [Fact]
    public async Task A_wait_that_reaches_its_limit_names_what_still_runs_and_what_it_waits_for()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var waits = streams.Add("localhost", "client").RunBg(
            async block =>
            {
                block.Log("looking for the server");
                await block.Sync.BarrierAsync("setup", 2, TimeSpan.FromSeconds(50));
            },
            new BlockOptions { Name = "NetPerf" });
        streams.Add("localhost", "server").RunBg("echo listening; sleep 600", new BlockOptions { Name = "NetServer" });
        var queued = streams["server"].RunBg(() => { }, new BlockOptions { Name = "Next" });
        await Eventually.True(() => streams.Status.All(status => status.LastLine is not null || status.Name == "2-Next") && streams.StatusOf("client/1-NetPerf").WaitsFor is not null);

        var reached = await Assert.ThrowsAsync<WaitLimitException>(() => streams.WaitAsync(TimeSpan.FromMilliseconds(300))).DefaultTimeout();
        output.WriteLine(reached.Message);

        Assert.Equal(["1-NetPerf", "1-NetServer", "2-Next"], reached.Unfinished.Select(status => status.Name));
        Assert.Contains("stream 'client' (localhost): block 1-NetPerf, running, waits at 'setup' for 1 of server/1-NetServer (localhost), server/2-Next (localhost), which begins only after server/1-NetServer has ended", reached.Message, StringComparison.Ordinal);
        Assert.Contains("last line: looking for the server", reached.Message, StringComparison.Ordinal);
        Assert.Contains("last line: listening", reached.Message, StringComparison.Ordinal);
        Assert.Contains("block 2-Next, queued", reached.Message, StringComparison.Ordinal);
        Assert.Equal((BlockPhase.Started, BlockPhase.Requested), (waits.Phase, queued.Phase));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2000)]
    [InlineData(25.0 * 24 * 3600 * 1000)]
    public async Task Limits_that_make_no_sense_are_refused_at_the_call(double milliseconds)
    {
        var limit = TimeSpan.FromMilliseconds(milliseconds);
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = streams.WaitAsync(limit); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = stream.WaitAsync(limit); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = streams[..].WaitAsync(limit); });
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamOptions { TimeLimit = limit });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockOptions { TimeLimit = limit });
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamCollectionOptions { BlockTimeLimit = limit });
        Assert.Throws<ArgumentException>(() => TimeSpan.FromSeconds(double.NaN));
    }

    [Fact]
    public async Task A_block_without_a_limit_is_said_to_have_none()
    {
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            directory = streams.ResultsDirectory;
            await streams.Add("localhost").RunFgAsync(() => { }, new BlockOptions { Name = "Endless", TimeLimit = Timeout.InfiniteTimeSpan }).DefaultTimeout();
        }

        Assert.Contains("block 1-Endless has no time limit", await File.ReadAllTextAsync(Path.Combine(directory, "debug.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_blueprints_questions_are_answered()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "s");
        await stream.RunFgAsync(() => { }, new BlockOptions { Name = "Done" }).DefaultTimeout();
        var running = stream.RunBg("echo here; sleep 600", new BlockOptions { Name = "Running" });
        stream.RunBg(() => { }, new BlockOptions { Name = "Queued" });
        await Eventually.True(() => streams.StatusOf("s/2-Running").LastLine == "here");

        Assert.Equal(["3-Queued"], streams.Status.Where(status => !status.HasStarted).Select(status => status.Name));
        Assert.Equal(["1-Done"], streams.Status.Where(status => status.IsFinal).Select(status => status.Name));
        Assert.True(streams.StatusOf("s/1-Done").Result!.IsReceived);
        Assert.InRange(streams.StatusOf("s/2-Running").SinceLastUpdate, TimeSpan.Zero, TaskTimeoutExtensions.Default);
        Assert.Throws<KeyNotFoundException>(() => streams.StatusOf("s/4-Nobody"));
        await running.StopAsync().DefaultTimeout();
    }
}
