namespace Streams;

/// <summary>
/// A host could not be reached or prepared. Nothing of the stream has run there. Other streams are not affected.
/// </summary>
public sealed class HostConnectException : StreamsException
{
    internal HostConnectException(HostFailure failure, string stage, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        Stage = stage;
    }

    /// <summary>What failed.</summary>
    public HostFailure Failure { get; }

    /// <summary>The stage that failed: "name", "connect", "host key", "login", "shell", "upload", "runtime", "agent".</summary>
    public string Stage { get; }
}
