using System.Diagnostics;
using Xunit.Abstractions;

namespace Streams.Sync.Tests;

/// <summary>
/// kill -9 of real client processes before, while and after their arrival. eng/prove does 100 of each.
/// </summary>
public sealed class DeathTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly int Times = Campaign.Size("STREAMS_DEATHS", slice: 2, full: 100);

    private readonly Meeting _meeting = new();
    private SyncClient? _waiter;


    /// <summary>The one other party: while a third lived, it could still come, and nothing would break.</summary>
    private SyncClient Waiter => _waiter ??= _meeting.Client("waiter");

    public Task InitializeAsync() => _meeting.StartAsync();

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Fact, Trait("Campaign", "sync-death-before-arrival")]
    public Task Death_before_arrival_ends_the_wait_of_the_others() => MeasureAsync("sync-death-before-arrival", async (k, client) =>
    {
        await client.SayAsync($"put here{k} yes");
        Assert.Equal("ok", await client.HearAsync());
        var waiting = Waiter.BarrierAsync($"x{k}", 2);
        await _meeting.UntilAsync($"x{k}", "1 of 2");
        return waiting;
    });

    [Fact, Trait("Campaign", "sync-death-while-waiting")]
    public Task Death_while_waiting_breaks_the_round() => MeasureAsync("sync-death-while-waiting", async (k, client) =>
    {
        var waiting = Waiter.BarrierAsync($"x{k}", 3);
        await client.SayAsync($"barrier x{k} 3");
        await _meeting.UntilAsync($"x{k}", "2 of 3");
        return waiting;
    });

    [Fact]
    public async Task Death_after_release_changes_nothing_for_the_others()
    {
        for (var k = 0; k < Times; k++)
        {
            await using var client = ProcessUnderTest.Client(_meeting.Server, $"victim{k}");
            // The victim first: the one before it, whose death may be learnt only now, must find nobody alone in a round.
            await client.SayAsync($"barrier x{k} 2");
            await Eventually.True(() => _meeting.Server.List().Any(line => line.Contains($"x{k}", StringComparison.Ordinal)));
            var waiting = Waiter.BarrierAsync($"x{k}", 2);
            Assert.Equal("go", await client.HearAsync());
            client.Kill();
            await waiting.DefaultTimeout();
        }
    }

    private async Task MeasureAsync(string campaign, Func<int, ProcessUnderTest, Task<Task>> prepare)
    {
        var times = new List<double>();
        for (var k = 0; k < Times; k++)
        {
            _meeting.Server.Open();   // what came before is forgotten
            await using var client = ProcessUnderTest.Client(_meeting.Server, $"victim{k}");
            var waiting = await prepare(k, client);
            var watch = Stopwatch.StartNew();
            client.Kill();
            var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
            times.Add(watch.Elapsed.TotalMilliseconds);
            Assert.Equal((BarrierCause.Lost, $"victim{k}"), (e.Cause, e.By));
            Assert.Contains("its process is gone", e.Message);
        }
        times.Sort();
        Campaign.Tell(output, campaign, $"{times.Count} deaths: the others knew after {times[times.Count / 2]:0.0} ms (median), {times[^1]:0.0} ms (maximum).");
    }
}
