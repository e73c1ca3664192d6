namespace Streams;

/// <summary>A wait reached its limit. The message names what still ran; the blocks go on, and streams and collection can still be used.</summary>
public sealed class WaitLimitException : StreamsException
{
    internal WaitLimitException(string message, IReadOnlyList<BlockStatus> unfinished)
        : base(message) => Unfinished = unfinished;

    /// <summary>The blocks that had not finished.</summary>
    public IReadOnlyList<BlockStatus> Unfinished { get; }
}
