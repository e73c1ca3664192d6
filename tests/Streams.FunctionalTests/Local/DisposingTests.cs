namespace Streams.FunctionalTests.Local;

/// <summary>What disposing does and does not throw.</summary>
public class DisposingTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task Disposing_throws_for_a_failure_that_nobody_has_seen()
    {
        var failure = await Assert.ThrowsAsync<BlockFailedException>(async () =>
        {
            await using var streams = new StreamCollection(output.WriteLine);
            var run = streams.Add("localhost").RunBg(() => throw new InvalidOperationException("unseen"));
            await run.Completion.DefaultTimeout();
        });

        Assert.Contains("unseen", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_is_silent_about_failures_that_were_thrown_before()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync(() => throw new InvalidOperationException("seen"))).DefaultTimeout();
    }

    [Fact]
    public async Task Disposing_never_hides_the_tests_own_assertion()
    {
        var both = await Assert.ThrowsAsync<AggregateException>(async () =>
        {
            await using var streams = new StreamCollection(output.WriteLine);
            var run = streams.Add("localhost").RunBg(() => throw new InvalidOperationException("unseen"));
            await run.Completion.DefaultTimeout();
            Assert.Fail("the test's own");
        });

        Assert.Contains("the test's own", both.InnerExceptions[0].Message, StringComparison.Ordinal);
        Assert.IsType<BlockFailedException>(both.InnerExceptions[1]);
    }

    [Fact]
    public async Task Disposing_stops_what_still_runs_without_failing()
    {
        BlockRun endless;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            endless = streams.Add("localhost").RunBg(async block => await Task.Delay(Timeout.Infinite, block.Cancellation));
            await Eventually.True(() => endless.Phase == BlockPhase.Started);
        }

        Assert.Equal(BlockOutcome.Cancel, endless.Result!.Outcome);
    }

    [Fact]
    public async Task A_disposed_collection_refuses_streams_and_blocks()
    {
        var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        await streams.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => streams.Add("localhost"));
        Assert.Throws<ObjectDisposedException>(() => { stream.RunBg(() => { }); });
    }
}
