namespace Streams.Sync.Tests;

/// <summary>The embedding program's own code, called when a round ends.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task Observer_that_takes_its_time_holds_nobody_up()
    {
        using var observing = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        await using var meeting = new Meeting();
        await meeting.StartAsync(new SyncServerOptions
        {
            RoundEnded = round =>
            {
                if (round.Barrier != "observed")
                    return;
                observing.Set();
                mayGoOn.Wait(TaskTimeoutExtensions.Default);
            },
        });
        try
        {
            await Task.WhenAll(meeting.Client("a").BarrierAsync("observed", 2), meeting.Client("b").BarrierAsync("observed", 2)).DefaultTimeout();
            Assert.True(observing.Wait(TaskTimeoutExtensions.Default));
            await Task.WhenAll(meeting.Client("c").BarrierAsync("next", 2), meeting.Client("d").BarrierAsync("next", 2)).DefaultTimeout();
        }
        finally
        {
            mayGoOn.Set();
        }
    }
}
