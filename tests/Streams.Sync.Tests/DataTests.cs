namespace Streams.Sync.Tests;

public sealed class DataTests : IAsyncLifetime
{
    private readonly Meeting _meeting = new();

    public Task InitializeAsync() => _meeting.StartAsync();

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Fact]
    public async Task Reader_waits_for_a_value_and_gets_it()
    {
        var reading = _meeting.Client("reader").GetAsync<int[]>("numbers");
        await _meeting.Client("writer").PutAsync("numbers", new[] { 1, 2, 3 }).DefaultTimeout();
        Assert.Equal(new[] { 1, 2, 3 }, await reading.DefaultTimeout());
        Assert.Equal(new[] { 1, 2, 3 }, await _meeting.Client("late").GetAsync<int[]>("numbers").DefaultTimeout());
    }

    [Fact]
    public async Task Value_is_set_once()
    {
        var client = _meeting.Client("a");
        await client.PutAsync("x", 1).DefaultTimeout();
        await client.PutAsync("x", 1).DefaultTimeout();
        var e = await Assert.ThrowsAsync<SyncValueException>(() => _meeting.Client("b").PutAsync("x", 2).DefaultTimeout());
        Assert.Contains("put by a with another value", e.Message);
    }

    [Fact]
    public async Task Value_that_nobody_puts_times_out_with_the_nearest_name()
    {
        await _meeting.Client("a").PutAsync("db-port", 1).DefaultTimeout();
        var e = await Assert.ThrowsAsync<SyncValueException>(() => _meeting.Client("b").GetAsync<int>("db_port", TimeSpan.FromSeconds(0.1)).DefaultTimeout());
        Assert.Contains("nobody put it within ", e.Message);
        Assert.Contains("'db-port': was the same meant?", e.Message);
    }

    [Fact]
    public async Task Value_of_16_MiB_travels_and_a_larger_one_is_refused_at_the_call()
    {
        var value = new string('x', (16 << 20) - 2);
        await _meeting.Client("a").PutAsync("big", value).DefaultTimeout();
        Assert.Equal(value, await _meeting.Client("b").GetAsync<string>("big").DefaultTimeout());
        await Assert.ThrowsAsync<SyncValueException>(() => _meeting.Client("a").PutAsync("bigger", value + "y").DefaultTimeout());
    }

    [Fact]
    public async Task Subscribers_see_the_whole_topic_in_order_from_its_beginning()
    {
        var writer = _meeting.Client("writer");
        for (var i = 0; i < 50; i++)
            await writer.PublishAsync("log", i).DefaultTimeout();
        var late = CollectAsync(_meeting.Client("late"), 100);
        for (var i = 50; i < 100; i++)
            await writer.PublishAsync("log", i).DefaultTimeout();
        Assert.Equal(Enumerable.Range(0, 100), await late.DefaultTimeout());
    }

    private static async Task<List<int>> CollectAsync(SyncClient client, int count)
    {
        var seen = new List<int>();
        await foreach (var item in client.SubscribeAsync<int>("log"))
        {
            seen.Add(item);
            if (seen.Count == count)
                break;
        }
        return seen;
    }
}
