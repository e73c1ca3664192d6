namespace Streams.FunctionalTests.Contracts;

/// <content>Failures: what the author is told, and that it is told once.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task An_exception_is_told_with_its_type_its_message_and_its_place()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(() => throw new InvalidOperationException("no port left"), new BlockOptions { Name = "NetServer" }));

        var result = Assert.Single(failure.Failures);
        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Exception, true), (result.Outcome, result.Reason, result.IsReceived));
        Assert.Equal(("System.InvalidOperationException", "no port left"), (result.Error!.Type, result.Error.Message));
        Assert.Contains(nameof(An_exception_is_told_with_its_type_its_message_and_its_place), result.Error.StackTrace, StringComparison.Ordinal);
        Assert.Contains("-NetServer", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task Inner_exceptions_are_told()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(() => throw new InvalidOperationException("outer", new FormatException("inner"))));

        Assert.Equal("inner", Assert.Single(failure.Failures[0].Error!.Inner).Message);
    }

    [Case]
    public async Task A_failed_assertion_is_told_as_an_assertion()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(() => Assert.Equal(900, 42)));

        Assert.Equal(OutcomeReason.Assertion, failure.Failures[0].Reason);
        Assert.True(failure.Failures[0].Error!.IsAssertion);
    }

    [Case]
    public async Task What_a_block_threw_cannot_write_to_the_terminal()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(() => throw new InvalidOperationException("\u001b[2Jcleared\u0007")));

        Assert.Contains("cleared", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, character => character is '\u001b' or '\u0007');
    }

    [Case]
    public async Task Waiting_tells_all_failures_at_once()
    {
        await using var streams = NewCollection();
        foreach (var name in new[] { "a", "b" })
            Add(streams, name).RunBg(() => throw new InvalidOperationException("boom"));

        var failure = await FailureOfAsync(streams.WaitAsync());

        Assert.Equal(["a", "b"], failure.Failures.Select(result => result.Stream).Order(StringComparer.Ordinal));
    }

    [Case]
    public async Task A_failure_that_was_told_is_not_told_again()
    {
        await using var streams = NewCollection();
        await FailureOfAsync(Add(streams).RunFgAsync(() => throw new InvalidOperationException("boom")));

        await streams.WaitAsync().DefaultTimeout();
    }

    [Case]
    public async Task Waiting_can_leave_failures_to_be_seen_in_the_results()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        stream.RunBg(() => throw new InvalidOperationException("boom"));

        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();

        Assert.Equal(BlockOutcome.Fail, Assert.Single(stream.Results).Outcome);
        await streams.WaitAsync().DefaultTimeout();
    }

    [Case]
    public async Task A_stream_goes_on_after_a_block_that_failed()
    {
        await FailureOfAsync(Shared.RunFgAsync(() => throw new InvalidOperationException("boom")));

        Assert.Equal("goes on", await Shared.RunFgAsync(() => "goes on").DefaultTimeout());
    }

    [Case(Capabilities.Isolation)]
    public async Task A_block_that_exits_with_success_has_not_passed()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);

        var failure = await FailureOfAsync(stream.RunFgAsync(() => Environment.Exit(0)));

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed, false), (failure.Failures[0].Outcome, failure.Failures[0].Reason, failure.Failures[0].IsReceived));
    }

    [Case(Capabilities.Isolation)]
    public async Task A_block_that_is_killed_is_named_with_the_signal_and_the_next_gets_a_fresh_process()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var first = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        var failure = await FailureOfAsync(stream.RunFgAsync(() => System.Diagnostics.Process.GetCurrentProcess().Kill()));
        var next = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("SIGKILL", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(first, next);
    }

    [Case(Capabilities.Isolation)]
    public async Task A_stack_overflow_is_named_as_one()
    {
        await using var streams = NewCollection();

        var failure = await FailureOfAsync(Add(streams).RunFgAsync(() => Deeper(1)));

        Assert.Equal(OutcomeReason.Crashed, failure.Failures[0].Reason);
        Assert.Contains("stack overflow", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static int Deeper(int level) => level < 0 ? 0 : Deeper(level + 1) + level;
}
