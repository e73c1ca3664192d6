namespace Streams.Sync.Protocol;

/// <summary>A line that cannot be understood; becomes one <c>BAD</c> reply, never a stack trace.</summary>
internal sealed class BadLineException(string code, string text, bool close = false) : Exception(text)
{
    public string Code { get; } = code;

    /// <summary>Whether the connection ends after the reply.</summary>
    public bool Close { get; } = close;
}
