namespace Streams.Sync;

/// <summary>
/// The server was not heard any more, so the outcome is unknown: other parties may have been released. The client
/// tries to connect again with its next call.
/// </summary>
public sealed class SyncContactLostException : SyncException
{
    /// <summary>Creates the exception.</summary>
    public SyncContactLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
