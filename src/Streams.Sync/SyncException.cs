namespace Streams.Sync;

/// <summary>Base of everything that synchronisation can report.</summary>
public class SyncException : Exception
{
    /// <summary>Creates an exception with the given message.</summary>
    public SyncException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with the given message and cause.</summary>
    public SyncException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
