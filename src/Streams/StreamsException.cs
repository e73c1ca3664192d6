namespace Streams;

/// <summary>Base of all exceptions of this library.</summary>
public class StreamsException : Exception
{
    /// <summary>Creates an exception with the given message.</summary>
    public StreamsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with the given message and cause.</summary>
    public StreamsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
