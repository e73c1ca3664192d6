namespace Streams.Blocks;

/// <summary>The block that the calling code belongs to, so that a collection made in a block finds its parent by itself (D22).</summary>
internal static class CurrentBlock
{
    private static readonly AsyncLocal<BlockContext?> Flow = new();

    /// <summary>
    /// A worker process runs one block at a time: also code that does not carry the flow belongs to it. It stays after the
    /// block's end, so that what goes on then is refused and not taken for a test of its own.
    /// </summary>
    private static volatile BlockContext? _ofProcess;

    public static BlockContext? Find() => Flow.Value ?? _ofProcess;

    /// <summary>The block begins on the calling thread; the flow that it is set in ends with it.</summary>
    /// <param name="block">The block.</param>
    /// <param name="ownsProcess">False in the test's own process, where others run beside it.</param>
    public static void Enter(BlockContext block, bool ownsProcess)
    {
        Flow.Value = block;
        if (ownsProcess)
            _ofProcess = block;
    }
}
