namespace Streams;

/// <summary>
/// A host could not be reached or prepared. Nothing of the stream has run there. Other streams are not affected.
/// </summary>
public sealed class HostConnectException : StreamsException
{
    /// <summary>Creates the exception, for an <see cref="IHostConnector"/>.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="stage">The stage that failed; see <see cref="Stage"/>.</param>
    /// <param name="message">The host, what happened, the evidence, and what to try.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public HostConnectException(HostFailure failure, string stage, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        Stage = stage;
    }

    /// <summary>What failed.</summary>
    public HostFailure Failure { get; }

    /// <summary>The stage that failed: "name", "connect", "banner", "host key", "login", "shell", "upload", "runtime", "agent".</summary>
    public string Stage { get; }
}
