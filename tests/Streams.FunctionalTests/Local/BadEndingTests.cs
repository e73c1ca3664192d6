using System.Diagnostics;
using System.Net.Sockets;

namespace Streams.FunctionalTests.Local;

/// <summary>Every bad ending has a verdict of its own, with evidence. None is a pass.</summary>
public class BadEndingTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task A_capture_that_cannot_travel_is_refused_before_anything_starts()
    {
        using var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var refused = Assert.Throws<BlockNotSendableException>(() => { stream.RunBg(() => connection.Close()); });
        output.WriteLine(refused.Message);

        Assert.Equal("connection", refused.Variable);
        Assert.Contains("System.Net.Sockets.Socket", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BadEndingTests.cs:", refused.Message, StringComparison.Ordinal);
        Assert.Empty(stream.Results);
    }

    [Fact]
    public async Task A_block_that_throws_fails_with_its_own_exception_and_stack()
    {
        var failure = await FailureOfAsync(() => throw new InvalidOperationException("the cable is missing"));

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Exception), Verdict(failure));
        Assert.Contains("System.InvalidOperationException: the cable is missing", failure.Message, StringComparison.Ordinal);
        Assert.Contains("BadEndingTests.cs:line", failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assertion_in_a_block_is_told_from_an_exception()
    {
        var failure = await FailureOfAsync(() => Assert.Equal(1, 2));

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Assertion), Verdict(failure));
    }

    [Fact]
    public async Task A_command_that_exits_3_fails_with_its_code_and_last_output()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(
            () => streams.Add("localhost").RunFgAsync("echo going down >&2; exit 3")).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.ExitCode), Verdict(failure));
        Assert.Contains("exited with code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("going down", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exiting_with_code_0_in_the_middle_of_a_block_is_not_a_pass()
    {
        var failure = await FailureOfAsync(() => Environment.Exit(0));

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), Verdict(failure));
        Assert.Contains("by itself (exit code 0)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not a pass", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_killed_from_outside_is_named_with_its_signal_and_the_next_block_gets_a_fresh_one()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        var pid = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
        var victim = stream.RunBg(async block => await Task.Delay(Timeout.Infinite, block.Cancellation));
        await Eventually.True(() => victim.Phase == BlockPhase.Started);

        using (var process = Process.GetProcessById(pid))
            process.Kill();
        var result = await victim.Completion.DefaultTimeout();
        var next = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), (result.Outcome, result.Reason));
        Assert.Contains("SIGKILL", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(pid, next);
    }

    [Fact]
    public async Task A_stack_overflow_is_called_by_its_name()
    {
        var failure = await FailureOfAsync(() => Overflow(0));

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), Verdict(failure));
        Assert.Contains("stack overflow", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_barrier_whose_other_party_dies_breaks_at_once_and_names_it()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var clock = Stopwatch.StartNew();
        streams.Add("localhost", "server").RunBg(() => Environment.Exit(7), new BlockOptions { Name = "NetServer" });
        streams.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMinutes(5)), new BlockOptions { Name = "NetPerf" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "it waited for the time-out");
        Assert.Equal(["1-NetServer", "1-NetPerf"], failure.Failures.Select(result => result.Name));
        Assert.Equal(OutcomeReason.Crashed, failure.Failures[0].Reason);
        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[1].Reason);
        Assert.Contains("server/1-NetServer", failure.Failures[1].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_barrier_whose_other_party_never_comes_says_who_was_there_and_who_was_missing()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var sleeper = streams.Add("localhost", "sleeper").RunBg(
            async block =>
            {
                Console.WriteLine("still loading the image");
                await Task.Delay(Timeout.Infinite, block.Cancellation);
            },
            new BlockOptions { Name = "Loading" });
        await Eventually.True(() => sleeper.Phase == BlockPhase.Started);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost", "client").RunFgAsync(
            block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromSeconds(1)), new BlockOptions { Name = "NetPerf" })).DefaultTimeout();
        output.WriteLine(failure.Message);
        await sleeper.StopAsync().DefaultTimeout();

        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[0].Reason);
        Assert.Contains("'setup'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("client/1-NetPerf", failure.Message, StringComparison.Ordinal);
        Assert.Contains("sleeper/1-Loading", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_block_prints_cannot_drive_the_terminal()
    {
        var failure = await FailureOfAsync(() => throw new InvalidOperationException("\u001b[2J##vso[task.complete]"));

        Assert.DoesNotContain('\u001b', failure.Message);
    }

    private static (BlockOutcome Outcome, OutcomeReason Reason) Verdict(BlockFailedException failure) =>
        (failure.Failures[0].Outcome, failure.Failures[0].Reason);

    private static int Overflow(int depth) => depth < 0 ? 0 : 1 + Overflow(depth + 1);

    private async Task<BlockFailedException> FailureOfAsync(Action block)
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync(block)).DefaultTimeout();
        output.WriteLine(failure.Message);
        return failure;
    }
}
