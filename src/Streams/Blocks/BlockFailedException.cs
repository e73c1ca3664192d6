namespace Streams;

/// <summary>
/// One or several blocks failed. The message names the root cause first, then its consequences. Their streams can still be
/// used, except where a message says that a stream is lost.
/// </summary>
public sealed class BlockFailedException : StreamsException
{
    internal BlockFailedException(IReadOnlyList<BlockResult> failures, string message, Exception? innerException = null)
        : base(message, innerException) => Failures = failures;

    /// <summary>The failed blocks, root cause first.</summary>
    public IReadOnlyList<BlockResult> Failures { get; }
}
