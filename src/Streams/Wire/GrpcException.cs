namespace Streams.Wire;

/// <summary>A call ended with another status than OK. The connection is still usable, except after <see cref="GrpcStatusCode.Unavailable"/>.</summary>
internal sealed class GrpcException(GrpcStatusCode status, string detail, Exception? innerException = null)
    : Exception($"{status}: {detail}", innerException)
{
    public GrpcStatusCode Status { get; } = status;

    /// <summary>The status message as the peer gave it. Not escaped for printing.</summary>
    public string Detail { get; } = detail;

    /// <summary>True if it is this side that says so: what the peer sent is no message, or none that can be taken.</summary>
    public bool IsMalformed { get; init; }
}
