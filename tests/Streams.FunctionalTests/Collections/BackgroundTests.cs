namespace Streams.FunctionalTests.Collections;

/// <summary>Blocks that run until they are stopped.</summary>
public class BackgroundTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_background_block_that_its_author_stops_is_no_failure()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        BlockRun run;
        await using (var stress = streams.Add("localhost", "stress").Background(block => Task.Delay(Timeout.Infinite, block.Cancellation)))
        {
            run = stress.Run;
            await Eventually.True(() => run.Phase == BlockPhase.Started);
            await streams.RunFgAsync("localhost", "true; true").DefaultTimeout();
            await streams.WaitAsync().DefaultTimeout();
            Assert.Equal(BlockPhase.Started, run.Phase);
            Assert.False(stress.EndedEarly.IsCancellationRequested);
        }

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (run.Result!.Outcome, run.Result.Reason));
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_background_block_that_ends_by_itself_fails_at_once_and_breaks_the_barriers()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var waiting = streams.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("never", 2));
        await Eventually.True(() => waiting.Phase == BlockPhase.Started);
        await using var stress = streams.Add("localhost", "stress").Background("true; true", new BlockOptions { Name = "Stress" });

        // Nobody waits for the collection: it is the failure itself that breaks the barrier.
        var broken = await waiting.Completion.DefaultTimeout();
        await Eventually.True(() => stress.EndedEarly.IsCancellationRequested);
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(OutcomeReason.BarrierBroken, broken.Reason);
        Assert.Equal((BlockOutcome.Fail, OutcomeReason.EndedEarly), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Equal("1-Stress", failure.Failures[0].Name);
        Assert.Contains("ended by itself", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_a_background_block_takes_no_other_until_that_is_stopped()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "stress");
        var stress = stream.Background("sleep 600");

        var refused = Assert.Throws<InvalidOperationException>(() => { stream.RunBg(() => { }); });
        Assert.Contains("1-sleep", refused.Message, StringComparison.Ordinal);

        await stress.StopAsync().DefaultTimeout();
        await stream.RunFgAsync(() => { }).DefaultTimeout();
    }
}
