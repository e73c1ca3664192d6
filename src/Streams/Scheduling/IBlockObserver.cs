using Streams.Blocks;
using Streams.Execution;

namespace Streams.Scheduling;

/// <summary>What a block tells its collection: the record is written here, and results are made.</summary>
internal interface IBlockObserver : IBlockEvents
{
    void PhaseEntered(QueuedBlock block, BlockPhase phase);

    /// <summary>Records the verdict and makes the result. When it returns the record has the result's lines.</summary>
    BlockResult Finished(QueuedBlock block, BlockVerdict verdict);

    /// <summary>What the block prints, line by line, until it has finished.</summary>
    IAsyncEnumerable<string> OutputLines(Task finished);

    /// <summary>The exception for a failed block; marks the failure as seen.</summary>
    BlockFailedException Failure(BlockResult result);

    /// <summary>The exception for a block whose value is wanted and that was skipped: the test framework's own skip, where it can be.</summary>
    Exception Skipped(BlockResult result);

    /// <summary>The block is ready, and waits for others to end: <c>for its turn, ...</c>.</summary>
    void TurnWaited(string what);

    /// <summary>It waits no longer: its turn came, or it was stopped.</summary>
    void TurnEnded(bool came);
}
