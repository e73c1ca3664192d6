namespace Streams.FunctionalTests.Contracts;

/// <content>Limits, stopping, disposing.</content>
public abstract partial class StreamContract
{
    private static readonly StreamCollectionOptions ShortGrace = new() { Grace = TimeSpan.FromMilliseconds(200) };

    [Case]
    public async Task A_block_that_passes_its_limit_is_interrupted_and_the_stream_goes_on()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(block => Task.Delay(Timeout.Infinite, block.Cancellation), new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("time limit of 300 ms", failure.Message, StringComparison.Ordinal);
        Assert.Equal("goes on", await Shared.RunFgAsync(() => "goes on").DefaultTimeout());
    }

    [Case(Capabilities.EndsAnyBlock)]
    public async Task A_block_that_heeds_nothing_is_ended_and_the_next_one_runs()
    {
        await using var streams = NewCollection(ShortGrace);
        var stream = Add(streams);

        var failure = await FailureOfAsync(stream.RunFgAsync(() => Thread.Sleep(Timeout.Infinite), new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal(BlockOutcome.Interrupt, failure.Failures[0].Outcome);
        Assert.Equal("fresh", await stream.RunFgAsync(() => "fresh").DefaultTimeout());
    }

    [Case(Without = Capabilities.EndsAnyBlock)]
    public async Task A_block_that_heeds_nothing_and_cannot_be_ended_costs_its_stream_which_says_why()
    {
        using var gate = new ManualResetEventSlim();
        var key = Stuck.Add(gate);
        await using var streams = NewCollection(ShortGrace);
        var stream = Add(streams);

        var failure = await FailureOfAsync(stream.RunFgAsync(() => Stuck.Wait(key), new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(100) }));
        var next = await stream.RunBg(() => { }).Completion.DefaultTimeout();
        gate.Set();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("still runs", failure.Message, StringComparison.Ordinal);
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.StreamLost), (next.Outcome, next.Reason));
        Assert.Contains("still runs", next.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_queued_block_that_is_stopped_never_runs()
    {
        var key = Guid.NewGuid();
        var first = Shared.RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation));
        var queued = Shared.RunBg(() => Counter.Next(key));

        var result = await queued.StopAsync().DefaultTimeout();
        await first.StopAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (result.Outcome, result.Reason));
        Assert.Equal(1, await Shared.RunFgAsync(() => Counter.Next(key)).DefaultTimeout());
    }

    [Case]
    public async Task A_running_block_that_is_stopped_is_cancelled_which_fails_no_test()
    {
        await using var streams = NewCollection();
        var run = Add(streams).RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation));
        await StartedAsync(run);

        var result = await run.StopAsync().DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (result.Outcome, result.Reason));
    }

    [Case]
    public async Task A_block_that_waits_at_a_barrier_can_be_stopped()
    {
        await using var streams = NewCollection();
        var run = Add(streams).RunBg(block => block.Sync.BarrierAsync("never", 2));
        await StartedAsync(run);

        Assert.Equal(BlockOutcome.Cancel, (await run.StopAsync().DefaultTimeout()).Outcome);
    }

    [Case]
    public async Task A_foreground_call_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Shared.RunFgAsync(block => Task.Delay(Timeout.Infinite, block.Cancellation), cancellationToken: cancelled.Token)).DefaultTimeout();
    }

    [Case]
    public async Task Disposing_stops_what_runs_and_what_waits()
    {
        var streams = NewCollection();
        var stream = Add(streams);
        var running = stream.RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation));
        var queued = stream.RunBg(() => { });
        await StartedAsync(running);

        await streams.DisposeAsync().AsTask().DefaultTimeout();

        Assert.Equal([BlockOutcome.Cancel, BlockOutcome.Cancel], new[] { running, queued }.Select(run => run.Result!.Outcome));
        Assert.Throws<ObjectDisposedException>(() => stream.RunBg(() => { }));
    }

    [Case]
    public async Task Disposing_tells_failures_that_nobody_was_told()
    {
        var streams = NewCollection();
        await Add(streams).RunBg(() => throw new InvalidOperationException("boom")).Completion.DefaultTimeout();

        var failure = await FailureOfAsync(streams.DisposeAsync().AsTask());

        Assert.Contains("boom", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_limit_that_is_none_is_refused_at_the_call()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockOptions { TimeLimit = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockOptions { TimeLimit = TimeSpan.FromDays(100) });
        Assert.Equal("no limit", await Shared.RunFgAsync(() => "no limit", new BlockOptions { TimeLimit = Timeout.InfiniteTimeSpan }).DefaultTimeout());
    }
}
