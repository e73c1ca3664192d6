using Streams.Wire;

namespace Streams.Blocks;

/// <summary>
/// Which block the calling code runs in, where blocks run in the test's own process: one that waits for its own stream would
/// wait for itself.
/// </summary>
internal static class RunningBlock
{
    private static readonly AsyncLocal<BlockId?> Current = new();

    /// <summary>From now on the calling flow is the block's; null: nobody's.</summary>
    public static void Enter(BlockId? block) => Current.Value = block;

    /// <exception cref="InvalidOperationException">The caller is a block of this stream.</exception>
    public static void ThrowIfOn(string collection, string stream, string what)
    {
        if (Current.Value is { } block && block.Collection == collection && block.Stream == stream)
        {
            throw new InvalidOperationException(
                $"Block {block.Ordinal} of stream '{stream}' cannot {what}: it would wait for itself, for a stream runs one block at a time. Do it in the test, or on another stream.");
        }
    }
}
