using Streams.Blocks.Travel;
using Streams.Sync;
using Streams.Wire;

namespace Streams.Tests.Workers;

public class BlockSyncTests
{
    [Fact]
    public async Task Barrier_that_nobody_else_reaches_is_told_as_such()
    {
        await using var server = await SyncServer.StartAsync(new SyncServerOptions { Token = new string('a', 32) });
        using var worker = new TestWorker();
        var ordinal = worker.Submit(new BlockSpec
        {
            Call = BlockDelegate.Describe((BlockContext block) => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMilliseconds(100)), "F.cs", 1),
            Sync = new SyncEndpoint { Address = server.Address, Token = new string('a', 32), Party = "s1/1" },
        });
        var finished = worker.ReadFinished(ordinal)!;
        Assert.Equal((WireOutcome.OutcomeFail, WireReason.ReasonBarrierBroken, true, "setup"), (finished.Outcome, finished.Reason, finished.Error?.IsBarrier, finished.Error?.Barrier));
    }

    [Fact]
    public void Block_without_a_sync_server_is_told_so()
    {
        using var worker = new TestWorker();
        Assert.Contains("runs without a sync server", worker.Finish((BlockContext block) => block.Sync.BarrierAsync("b", 2)).Message, StringComparison.Ordinal);
    }
}
