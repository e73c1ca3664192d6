namespace Streams;

/// <summary>A block cannot travel to its worker: something that it captures or is stays in this process. Nothing was started.</summary>
public sealed class BlockNotSendableException : StreamsException
{
    internal BlockNotSendableException(string message, string variable, string type, string sourceFile, int sourceLine, Exception? innerException = null)
        : base(message, innerException)
    {
        Variable = variable;
        Type = type;
        SourceFile = sourceFile;
        SourceLine = sourceLine;
    }

    /// <summary>The captured variable, with the path to the offending part of it; empty if it is the block itself.</summary>
    public string Variable { get; }

    /// <summary>Full name of the offending part's type; empty if there is none.</summary>
    public string Type { get; }

    /// <summary>The block's source file.</summary>
    public string SourceFile { get; }

    /// <summary>The line on which the block begins.</summary>
    public int SourceLine { get; }
}
