namespace Streams;

/// <summary>Another stream of the collection, as a block sees it.</summary>
public sealed record StreamPeer
{
    internal StreamPeer()
    {
    }

    /// <summary>The stream's name.</summary>
    public required string Stream { get; init; }

    /// <summary>Its host, as the author wrote it.</summary>
    public required string Host { get; init; }

    /// <summary>
    /// Where the block can reach that host: <c>localhost</c> if it is the block's own, else the host's name or address as the
    /// author wrote it, without user and port. It is not looked up, and an alias of the ssh configuration is no name to others.
    /// </summary>
    /// <value>Null for a stream on the test's machine, seen from another host: what that machine is called there is not known.</value>
    public required string? Address { get; init; }
}
