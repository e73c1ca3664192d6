using Streams.Processes;

namespace Streams;

/// <summary>Base of all exceptions of this library.</summary>
public class StreamsException : Exception
{
    /// <summary>Creates an exception with the given message, made safe to print: it may quote a block or a host.</summary>
    public StreamsException(string message)
        : base(PrintableText.Clean(message))
    {
    }

    /// <summary>Creates an exception with the given message, made safe to print, and cause.</summary>
    public StreamsException(string message, Exception? innerException)
        : base(PrintableText.Clean(message), innerException)
    {
    }
}
