namespace Streams.FunctionalTests.Collections;

/// <summary>Two blocks of one stream never run at once, so they can never meet.</summary>
public class MeetingOfOneStreamTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Two_blocks_of_one_stream_at_one_barrier_are_found_out_when_the_author_waits()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "client");
        stream.RunBg(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "A" });
        stream.RunBg(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "B" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(OutcomeReason.BarrierBroken, failure.Failures[0].Reason);
        Assert.Contains("client/2-B (localhost) begins only after client/1-A has ended", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_that_lists_a_later_one_of_its_own_stream_is_told_at_once()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "client");
        var first = stream.RunBg(
            async block =>
            {
                await block.Sync.GetAsync<bool>("go", TimeSpan.FromSeconds(50));
                await block.Sync.BarrierAsync("setup", ["client/1-A", "client/2-B"], TimeSpan.FromSeconds(50));
            },
            new BlockOptions { Name = "A" });
        stream.RunBg(() => { }, new BlockOptions { Name = "B" });
        await streams.Sync.PutAsync("go", true).DefaultTimeout();

        // Nobody waits for the collection: it is certain anyway.
        var result = await first.Completion.DefaultTimeout();
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();

        Assert.Equal(OutcomeReason.BarrierBroken, result.Reason);
        Assert.Contains("client/2-B begins only after client/1-A has ended, so the two can never meet", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Someone_who_waits_long_is_said_to_with_what_he_waits_for()
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var streams = new StreamCollection(lines.Enqueue, new StreamCollectionOptions { Owner = nameof(Someone_who_waits_long_is_said_to_with_what_he_waits_for) });
        streams.Add("localhost", "server").RunBg("sleep 600", new BlockOptions { Name = "S" });
        streams.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("setup", 2), new BlockOptions { Name = "C" });

        await Eventually.True(() => lines.Any(line => line.Contains("(2/2) client/1-C: still waiting at 'setup' for server/1-S (localhost), ", StringComparison.Ordinal)));
    }
}
