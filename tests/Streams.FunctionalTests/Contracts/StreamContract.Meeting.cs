namespace Streams.FunctionalTests.Contracts;

/// <content>Barriers, exchanged values, streams of a block's own.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task A_barrier_can_be_used_again_and_again()
    {
        await using var streams = NewCollection();
        var runs = new[] { "a", "b" }.Select(name => Add(streams, name).RunBg(async block =>
        {
            var round = 0;
            for (; round < 50; round++)
                await block.Sync.BarrierAsync("loop", 2, Patience);
            return round;
        })).ToList();
        await streams.WaitAsync().DefaultTimeout();

        var rounds = await Task.WhenAll(runs.Select(run => run.ValueAsync())).DefaultTimeout();
        Assert.Equal([50, 50], rounds);
    }

    [Case]
    public async Task A_barrier_breaks_at_once_when_a_party_fails_and_the_failure_is_told_first()
    {
        await using var streams = NewCollection();
        Add(streams, "client").RunBg(block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMinutes(5)), new BlockOptions { Name = "NetPerf" });
        Add(streams, "server").RunBg(() => throw new InvalidOperationException("no port left"), new BlockOptions { Name = "NetServer" });

        var failure = await FailureOfAsync(streams.WaitAsync());

        Assert.Equal(["1-NetServer", "1-NetPerf"], failure.Failures.Select(result => result.Name));
        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[1].Reason);
        Assert.Contains("server/1-NetServer", failure.Failures[1].Error!.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_barrier_that_times_out_says_who_was_missing()
    {
        await using var streams = NewCollection();
        Add(streams, "late").RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation), new BlockOptions { Name = "Late" });

        var failure = await FailureOfAsync(Add(streams, "early").RunFgAsync(block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMilliseconds(500))));

        Assert.Contains("setup", failure.Message, StringComparison.Ordinal);
        Assert.Contains("late/1-Late", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task The_test_itself_is_a_party()
    {
        await using var streams = NewCollection();
        var run = Add(streams, "a").RunBg(block => block.Sync.BarrierAsync("both", ["test", "a/1-A"], Patience), new BlockOptions { Name = "A" });

        await streams.Sync.BarrierAsync("both", ["test", "a/1-A"], Patience).DefaultTimeout();

        Assert.Equal(BlockOutcome.Pass, (await run.Completion.DefaultTimeout()).Outcome);
    }

    [Case]
    public async Task Blocks_exchange_values()
    {
        await using var streams = NewCollection();
        Add(streams, "server").RunBg(block => block.Sync.PutAsync("port", 5201));

        Assert.Equal(5201, await Add(streams, "client").RunFgAsync(block => block.Sync.GetAsync<int>("port", Patience)).DefaultTimeout());
    }

    [Case]
    public async Task Blocks_gather_values_of_all()
    {
        await using var streams = NewCollection();
        var other = Add(streams, "a").RunBg(block => block.Sync.GatherAsync("all", 2, "of a", Patience), new BlockOptions { Name = "A" });

        var gathered = await Add(streams, "b").RunFgAsync(async block => string.Join(' ', (await block.Sync.GatherAsync("all", 2, "of b", Patience)).Values.Order(StringComparer.Ordinal))).DefaultTimeout();

        Assert.Equal("of a of b", gathered);
        Assert.Equal(2, (await other.ValueAsync().DefaultTimeout()).Count);
    }

    [Case]
    public async Task Topics_are_read_in_order()
    {
        await using var streams = NewCollection();
        Add(streams, "writer").RunBg(async block =>
        {
            for (var number = 1; number <= 10; number++)
                await block.Sync.PublishAsync("numbers", number);
        });

        var read = await Add(streams, "reader").RunFgAsync(async block =>
        {
            var numbers = new List<int>();
            await foreach (var number in block.Sync.SubscribeAsync<int>("numbers", block.Cancellation))
            {
                numbers.Add(number);
                if (numbers.Count == 10)
                    break;
            }

            return numbers;
        }).DefaultTimeout();

        Assert.Equal(Enumerable.Range(1, 10), read);
    }

    [Case]
    public async Task A_block_can_have_streams_of_its_own()
    {
        await using var streams = NewCollection();
        var kind = Kind.Host.Equals(StreamHost.InProcess) ? "inproc" : "localhost";

        var words = await Add(streams).RunFgAsync(async () =>
        {
            await using var nested = new StreamCollection();
            nested.Add(kind, "a").RunBg(inner => inner.Sync.PutAsync("word", "from below"));
            return await nested.Add(kind, "b").RunFgAsync(inner => inner.Sync.GetAsync<string>("word"));
        }).DefaultTimeout();

        Assert.Equal("from below", words);
    }

    [Case]
    public async Task A_failure_in_streams_of_a_blocks_own_fails_the_block_with_its_cause()
    {
        await using var streams = NewCollection();
        var kind = Kind.Host.Equals(StreamHost.InProcess) ? "inproc" : "localhost";

        var failure = await FailureOfAsync(Add(streams, "outer").RunFgAsync(async () =>
        {
            await using var nested = new StreamCollection();
            nested.Add(kind, "inner").RunBg(() => throw new InvalidOperationException("deep down"));
            await nested.WaitAsync();
        }));

        Assert.Contains("stream 'outer'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("deep down", failure.Message, StringComparison.Ordinal);
    }
}
