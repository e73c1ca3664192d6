namespace Streams.Wire;

/// <summary>
/// How long a block is left alone before it is ended with its worker: the same on every host. A block with a tear-down is
/// stopped by its own worker, which goes on to the tear-down; whoever watches the worker is the second net and waits a moment longer.
/// </summary>
internal static class EndBudget
{
    public static readonly TimeSpan DefaultTearDown = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>From asking the block to stop.</summary>
    public static TimeSpan AfterAsking(BlockSpec block) => Grace(block) + (block.Instance is null ? TimeSpan.Zero : Slack);

    /// <summary>From the moment in which the block entered its tear-down.</summary>
    public static TimeSpan InTearDown(BlockSpec block) =>
        TearDownLimit(block) is var limit && limit == Timeout.InfiniteTimeSpan ? limit : limit + Grace(block) + Slack;

    /// <summary>Of the tear-down itself.</summary>
    public static TimeSpan TearDownLimit(BlockSpec block) => block.TearDownLimitMs switch
    {
        < 0 => Timeout.InfiniteTimeSpan,
        0 => DefaultTearDown,
        var milliseconds => TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)),
    };

    /// <summary>Of all that may follow the block's time limit: null without one.</summary>
    public static TimeSpan? AfterTimeLimit(BlockSpec block)
    {
        if (block.Instance is null)
            return Grace(block);
        return InTearDown(block) is var tearDown && tearDown == Timeout.InfiniteTimeSpan ? null : AfterAsking(block) + tearDown;
    }

    private static TimeSpan Grace(BlockSpec block) => TimeSpan.FromMilliseconds(Math.Clamp(block.GraceMs, 0, int.MaxValue));
}
