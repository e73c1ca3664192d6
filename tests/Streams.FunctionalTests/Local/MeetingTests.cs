using System.Diagnostics;
using Streams.Sync;

namespace Streams.FunctionalTests.Local;

/// <summary>Blocks, the test's own body and servers started elsewhere.</summary>
public class MeetingTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task The_test_body_meets_its_blocks_at_a_barrier()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost").RunBg(async block =>
        {
            await block.Sync.BarrierAsync("ready", 2, TimeSpan.FromSeconds(30));
            await block.Sync.PutAsync("answer", 42);
        });

        await streams.Sync.BarrierAsync("ready", 2, TimeSpan.FromSeconds(30)).DefaultTimeout();
        var answer = await streams.Sync.GetAsync<int>("answer", TimeSpan.FromSeconds(30)).DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal(42, answer);
    }

    [Fact]
    public async Task Collections_meet_at_a_server_that_was_started_elsewhere()
    {
        await using var server = await SyncServer.StartAsync();
        var options = new StreamCollectionOptions { SyncServer = server };
        await using var first = new StreamCollection(output.WriteLine, options);
        await using var second = new StreamCollection(output.WriteLine, options);

        first.Add("localhost", "first").RunBg(block => block.Sync.BarrierAsync("both", 2, TimeSpan.FromSeconds(30)));
        second.Add("localhost", "second").RunBg(block => block.Sync.BarrierAsync("both", 2, TimeSpan.FromSeconds(30)));

        await Task.WhenAll(first.WaitAsync(), second.WaitAsync()).DefaultTimeout();
    }

    [Fact]
    public async Task The_seed_RFCs_pair_ends_at_once_when_the_other_side_failed()
    {
        // NetServer waits at 'finished' in its tear-down. NetPerf fails before it gets there: "any failure while waiting for a
        // barrier propagates to other waiting parties", not at the time-out.
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "server").RunBg(
            async block =>
            {
                try
                {
                    await block.Sync.BarrierAsync("setup", 2);
                }
                finally
                {
                    await block.Sync.BarrierAsync("finished", 2);
                }
            },
            new BlockOptions { Name = "NetServer" });
        streams.Add("localhost", "client").RunBg(
            async block =>
            {
                await block.Sync.BarrierAsync("setup", 2);
                throw new InvalidOperationException("netperf: no route to the server");
            },
            new BlockOptions { Name = "NetPerf" });
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine($"{clock.Elapsed.TotalMilliseconds:0} ms\n{failure.Message}");

        Assert.Equal(["1-NetPerf", "1-NetServer"], failure.Failures.Select(result => result.Name));
        Assert.Equal("finished", failure.Failures[1].Error!.Barrier);
        Assert.Contains("client/1-NetPerf", failure.Failures[1].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_that_nobody_else_can_end_breaks_at_once_when_the_author_waits()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "lonely").RunBg(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "Lonely" });
        streams.Add("localhost", "other").RunBg(() => { }, new BlockOptions { Name = "Other" });
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine($"{clock.Elapsed.TotalMilliseconds:0} ms\n{failure.Message}");

        Assert.Equal(OutcomeReason.BarrierBroken, Assert.Single(failure.Failures).Reason);
        Assert.Contains("'setup'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_waits_at_a_barrier_can_be_stopped_without_passing_its_token()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var waiting = streams.Add("localhost").RunBg(block => block.Sync.BarrierAsync("never", 2));
        await Eventually.True(() => waiting.Phase == BlockPhase.Started);
        var clock = Stopwatch.StartNew();

        var result = await waiting.StopAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (result.Outcome, result.Reason));
        Assert.True(result.IsReceived, $"the block had to be ended by force, after {clock.Elapsed}");
    }

    [Fact]
    public async Task A_shell_script_in_a_block_is_a_party_of_its_own_under_the_blocks()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "barrier.sh");
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", "script").RunBg($"sh {script} all 2 30", new BlockOptions { Name = "Script" });
        streams.Add("localhost", "code").RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)), new BlockOptions { Name = "Code" });

        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task A_script_that_waits_for_nobody_learns_who_is_missing()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "barrier.sh");
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost", "script").RunFgAsync($"sh {script} all 2 1")).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(OutcomeReason.ExitCode, failure.Failures[0].Reason);
    }

    [Fact]
    public async Task A_dead_partner_is_noticed_also_after_the_test_body_took_part_itself()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        await streams.Sync.PutAsync("configuration", 1).DefaultTimeout();
        streams.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "NetPerf" });
        streams.Add("localhost", "server").RunBg(() => Environment.Exit(0), new BlockOptions { Name = "NetServer" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(["1-NetServer", "1-NetPerf"], failure.Failures.Select(result => result.Name));
        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[1].Reason);
    }

    [Fact]
    public async Task A_wait_without_a_limit_of_its_own_says_who_was_missing_before_the_block_is_ended()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost", "client").RunFgAsync(
            block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { TimeLimit = TimeSpan.FromSeconds(10) })).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[0].Reason);
        Assert.Contains("here: client/", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_failure_that_was_told_is_not_blamed_for_a_new_one()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var first = streams.Add("localhost", "first");
        await Assert.ThrowsAsync<BlockFailedException>(() => first.RunFgAsync(() => throw new InvalidOperationException("stale news"))).DefaultTimeout();
        var waiting = first.RunFgAsync(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "Waiting" });
        streams.Add("localhost", "second").RunBg(() => throw new InvalidOperationException("new"), new BlockOptions { Name = "Cause" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => waiting).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(["1-Cause", "2-Waiting"], failure.Failures.Select(result => result.Name));
        Assert.DoesNotContain("stale news", failure.Message, StringComparison.Ordinal);
    }
}
