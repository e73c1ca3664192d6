namespace Streams;

/// <summary>
/// A way to reach a host (D8): gives a duplex byte stream to a POSIX shell there. All else, agent, files, streams and their
/// results, goes over that stream. See docs/hosts.md for one in full.
/// </summary>
/// <remarks>
/// A <see cref="StreamHost"/> is made of it by <see cref="StreamHost.From"/>. Streams share one connection if their
/// connectors are equal: a record is by its values, a class is only to itself.
/// </remarks>
public interface IHostConnector
{
    /// <summary>The host's name, for messages and as the name of its streams.</summary>
    string Host { get; }

    /// <summary>
    /// Starts one connection to a shell on the host that reads its commands from the stream, as <c>sh</c> does without
    /// arguments. Called once for each connection, also to come back to a host whose connection was lost.
    /// </summary>
    /// <remarks>
    /// It may answer before the host has: whether it does is seen by reading. What the shell, its start files and the
    /// way there print before its first answer does no harm, up to 4 MiB.
    /// </remarks>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="HostConnectException">
    /// It does not work. Tried again a few times only if it is <see cref="HostFailure.ConnectionClosed"/> at the stage "connect".
    /// </exception>
    Task<HostConnection> ConnectAsync(CancellationToken cancellationToken);
}
