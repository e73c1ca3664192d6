using Streams.Blocks;

namespace Streams.Tests.Scheduling;

public class BlockQueueTests
{
    private readonly TestQueue _queue = new();

    [Fact]
    public async Task Blocks_run_one_after_another_in_their_order()
    {
        var first = _queue.Add();
        var second = _queue.Add();
        var third = _queue.Add();

        await first.Executing.Reached.DefaultTimeout();
        Assert.False(second.Executing.Reached.IsCompleted);
        foreach (var block in new[] { third, second, first })
            block.Executing.Continue();
        await third.Run.Completion.DefaultTimeout();

        Assert.Equal(["1", "2", "3"], _queue.Executed);
    }

    [Fact]
    public async Task Failed_block_does_not_hold_up_the_next()
    {
        var first = _queue.Add(() => TestQueue.Verdict(BlockOutcome.Fail, OutcomeReason.Exception));
        var second = _queue.Add();

        Assert.Equal(BlockOutcome.Fail, (await first.EndAsync()).Outcome);
        Assert.Equal(BlockOutcome.Pass, (await second.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Block_that_is_stopped_while_it_waits_never_runs()
    {
        var first = _queue.Add();
        var second = _queue.Add();
        var third = _queue.Add();
        await first.Executing.Reached.DefaultTimeout();

        var stopped = await second.Run.StopAsync().DefaultTimeout();
        await first.EndAsync();
        await third.EndAsync();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped, "stopped before it started"), (stopped.Outcome, stopped.Reason, stopped.Message));
        Assert.Equal(["1", "3"], _queue.Executed);
    }

    [Fact]
    public async Task Block_that_is_stopped_while_its_place_is_prepared_never_runs()
    {
        var preparing = new SyncPoint();
        _queue.Prepare = preparing.WaitToContinue;
        var block = _queue.Add();
        await preparing.Reached.DefaultTimeout();

        var stopping = block.Run.StopAsync();
        preparing.Continue();
        var stopped = await stopping.DefaultTimeout();

        Assert.Equal(OutcomeReason.Stopped, stopped.Reason);
        Assert.Empty(_queue.Executed);
    }

    [Fact]
    public async Task Closing_gives_waiting_and_later_blocks_the_verdict_and_leaves_the_running_one()
    {
        var running = _queue.Add();
        var waiting = _queue.Add();
        await running.Executing.Reached.DefaultTimeout();

        _queue.Close(TestQueue.Verdict(BlockOutcome.Cancel, OutcomeReason.EarlierBlockFailed));
        var later = _queue.Add();

        Assert.Equal(OutcomeReason.EarlierBlockFailed, (await waiting.Run.Completion.DefaultTimeout()).Reason);
        Assert.Equal(OutcomeReason.EarlierBlockFailed, (await later.Run.Completion.DefaultTimeout()).Reason);
        Assert.Equal(BlockOutcome.Pass, (await running.EndAsync()).Outcome);
        Assert.Equal(["1"], _queue.Executed);
    }

    [Fact]
    public async Task Executor_that_throws_is_a_verdict_and_the_queue_goes_on()
    {
        var first = _queue.Add(() => throw new InvalidOperationException("a mistake of ours"));
        var second = _queue.Add();

        var failed = await first.EndAsync();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.NotStarted), (failed.Outcome, failed.Reason));
        Assert.Contains("Streams itself failed", failed.Message);
        Assert.Contains("a mistake of ours", failed.Message);
        Assert.Equal(BlockOutcome.Pass, (await second.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Lost_stream_cancels_what_waits_and_what_comes_naming_the_cause()
    {
        var first = _queue.Add(() => TestQueue.Verdict(BlockOutcome.Error, OutcomeReason.Lost) with { StreamIsLost = true, Message = "the cable was cut\nand more" });
        var waiting = _queue.Add();

        Assert.Equal(OutcomeReason.Lost, (await first.EndAsync()).Reason);
        var cancelled = await waiting.Run.Completion.DefaultTimeout();
        var later = await _queue.Add().Run.Completion.DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.StreamLost), (cancelled.Outcome, cancelled.Reason));
        Assert.Equal("not started: stream 's' was lost before (the cable was cut)", cancelled.Message);
        Assert.Equal(cancelled.Message, later.Message);
        Assert.Equal(["1"], _queue.Executed);
    }

    [Fact]
    public async Task Place_that_cannot_be_prepared_loses_the_stream()
    {
        _queue.Prepare = () => throw new StreamsException("no route to host");
        var first = _queue.Add();
        var second = _queue.Add();

        var failed = await first.Run.Completion.DefaultTimeout();
        var cancelled = await second.Run.Completion.DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.NotStarted, "no route to host"), (failed.Outcome, failed.Reason, failed.Message));
        Assert.Equal(OutcomeReason.StreamLost, cancelled.Reason);
        Assert.Empty(_queue.Executed);
    }

    [Fact]
    public async Task Idle_queue_runs_the_next_block_that_comes()
    {
        await _queue.Add().EndAsync();
        await _queue.Add().EndAsync();

        Assert.Equal(["1", "2"], _queue.Executed);
    }

    [Fact]
    public async Task Result_that_cannot_be_read_is_no_pass()
    {
        var block = _queue.Add(readValue: _ => throw new StreamsException("the value is cut short"));

        var result = await block.EndAsync();

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.ResultNotSendable), (result.Outcome, result.Reason));
        Assert.Contains("the value is cut short", result.Message);
    }
}
