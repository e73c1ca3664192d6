namespace Streams.Blocks.Commands;

/// <summary>
/// Where the output of one command goes: to its result, to the block's own output and, for one that runs in the background,
/// to whoever reads its lines. Fed by the command's thread alone.
/// </summary>
internal sealed class CommandOutput(LineLog? lines)
{
    private static readonly Lock Gate = new();
    private static readonly Stream BlockOutput = Console.OpenStandardOutput();
    private static readonly Stream BlockError = Console.OpenStandardError();

    private readonly BoundedCapture _output = new();
    private readonly BoundedCapture _error = new();
    private volatile bool _blockHasEnded;

    public string StandardOutput => _output.ToString();

    public string StandardError => _error.ToString();

    public bool IsTruncated => _output.IsTruncated || _error.IsTruncated;

    public void Receive(ReadOnlySpan<byte> bytes, bool isError)
    {
        (isError ? _error : _output).Add(bytes);
        lines?.Add(bytes, isError);
        if (_blockHasEnded)
            return;
        try
        {
            lock (Gate)
                (isError ? BlockError : BlockOutput).Write(bytes);
        }
        catch (IOException)
        {
            // The block's output cannot take more. The command is not to stand still because of it.
        }
    }

    /// <summary>No more is to come.</summary>
    public void End() => lines?.End();

    /// <summary>From now on there is no block's output that this would belong to: the next block has its own.</summary>
    public void BlockHasEnded() => _blockHasEnded = true;
}
