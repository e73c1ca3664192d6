namespace Streams.FunctionalTests.Contracts;

/// <content>Queues: what runs when, and where.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task Blocks_run_first_in_first_out()
    {
        var key = Guid.NewGuid();
        var runs = Enumerable.Range(1, 20).Select(_ => Shared.RunBg(() => Counter.Next(key))).ToList();

        Assert.Equal(Enumerable.Range(1, 20), await Task.WhenAll(runs.Select(run => run.ValueAsync())).DefaultTimeout());
    }

    [Case]
    public async Task A_foreground_block_waits_for_those_given_before_it()
    {
        var key = Guid.NewGuid();
        var before = Shared.RunBg(async () =>
        {
            await Task.Delay(50);
            Counter.Next(key);
        });

        Assert.Equal(2, await Shared.RunFgAsync(() => Counter.Next(key)).DefaultTimeout());
        Assert.Equal(BlockPhase.Finished, before.Phase);
    }

    [Case]
    public async Task No_two_blocks_of_a_stream_run_at_once()
    {
        var key = Guid.NewGuid();
        for (var i = 0; i < 10; i++)
        {
            Shared.RunBg(async () =>
            {
                Counter.Enter(key);
                await Task.Yield();
                Counter.Leave(key);
            });
        }

        Assert.Equal(1, await Shared.RunFgAsync(() => Counter.Most(key)).DefaultTimeout());
    }

    [Case]
    public async Task Blocks_are_numbered_in_the_order_in_which_they_were_given()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var first = stream.RunBg(block => block.Ordinal, new BlockOptions { Name = "first" });
        var second = stream.RunBg(block => block.Ordinal, new BlockOptions { Name = "second" });
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal([(1, "1-first"), (2, "2-second")], new[] { first, second }.Select(run => (run.Ordinal, run.Name)));
        Assert.Equal((1, 2), (await first.ValueAsync(), await second.ValueAsync()));
        Assert.Equal([1, 2], stream.Results.Select(result => result.Ordinal));
    }

    [Case]
    public async Task Two_hundred_blocks_in_the_queue_all_pass()
    {
        var key = Guid.NewGuid();
        for (var i = 0; i < 200; i++)
            Shared.RunBg(() => Counter.Next(key));

        Assert.Equal(201, await Shared.RunFgAsync(() => Counter.Next(key)).DefaultTimeout());
    }

    [Case]
    public async Task Streams_run_side_by_side()
    {
        await using var streams = NewCollection();
        var runs = new[] { "a", "b" }.Select(name => Add(streams, name).RunBg(async block =>
        {
            await block.Sync.BarrierAsync("both", 2, Patience);
            return block.Stream;
        })).ToList();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal(["a", "b"], await Task.WhenAll(runs.Select(run => run.ValueAsync())).DefaultTimeout());
    }

    [Case]
    public async Task Blocks_of_one_stream_share_their_process() =>
        Assert.Equal(await Shared.RunFgAsync(() => Environment.ProcessId).DefaultTimeout(), await Shared.RunFgAsync(() => Environment.ProcessId).DefaultTimeout());

    [Case(Capabilities.Isolation)]
    public async Task Each_stream_has_a_process_of_its_own()
    {
        await using var streams = NewCollection();
        var processes = await Task.WhenAll(new[] { "a", "b" }.Select(name => Add(streams, name).RunFgAsync(() => Environment.ProcessId))).DefaultTimeout();

        Assert.Equal(3, processes.Append(Environment.ProcessId).Distinct().Count());
    }

    [Case(Without = Capabilities.Isolation)]
    public async Task Without_isolation_blocks_run_in_the_test_itself() =>
        Assert.Equal(Environment.ProcessId, await Shared.RunFgAsync(() => Environment.ProcessId).DefaultTimeout());
}
