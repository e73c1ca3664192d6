using Streams.Blocks;
using Streams.Wire;

namespace Streams.FunctionalTests.Contracts;

/// <summary>The worst executor there could be: it runs nothing, and says "passed" of everything.</summary>
internal sealed class BrokenExecutor : IBlockExecutor
{
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, CancellationToken stop)
    {
        events.Started();
        return Task.FromResult(new BlockVerdict { Outcome = BlockOutcome.Pass, Reason = OutcomeReason.FinalMessage, Message = "", Received = true });
    }

    public Task StopAsync(TimeSpan grace) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
