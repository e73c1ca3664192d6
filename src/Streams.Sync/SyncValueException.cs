namespace Streams.Sync;

/// <summary>A value was not put in time, can no longer come, exists already with other content, or does not fit its type.</summary>
public sealed class SyncValueException : SyncException
{
    /// <summary>Creates the exception.</summary>
    public SyncValueException(string message, string key, Exception? innerException = null)
        : base(message, innerException) => Key = key;

    /// <summary>The key or topic.</summary>
    public string Key { get; }
}
