using Streams.Processes;

namespace Streams.Sync;

/// <summary>Base of everything that synchronisation can report.</summary>
public class SyncException : Exception
{
    /// <summary>Creates an exception with the given message, made safe to print: it may quote what a party wrote.</summary>
    public SyncException(string message)
        : base(PrintableText.Clean(message))
    {
    }

    /// <summary>Creates an exception with the given message, made safe to print, and cause.</summary>
    public SyncException(string message, Exception? innerException)
        : base(PrintableText.Clean(message), innerException)
    {
    }
}
