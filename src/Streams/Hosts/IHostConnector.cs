namespace Streams.Hosts;

/// <summary>A way to reach a host (D8): gives a duplex byte stream to a POSIX shell there.</summary>
internal interface IHostConnector
{
    /// <summary>The host as its author wrote it, for messages.</summary>
    string Host { get; }

    /// <summary>
    /// Starts the connection: a shell ("exec sh") on the host that reads its commands from the stream. Returns as soon as
    /// the connector's process runs; whether the host answers is seen by reading.
    /// </summary>
    /// <exception cref="HostConnectException">The connector itself cannot be started.</exception>
    Task<HostConnection> ConnectAsync(CancellationToken cancellationToken);
}
