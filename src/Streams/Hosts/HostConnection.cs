namespace Streams.Hosts;

/// <summary>One duplex byte stream to a shell on a host. Disposing ends it.</summary>
internal abstract class HostConnection : IAsyncDisposable
{
    /// <summary>Bytes from the host.</summary>
    public abstract Stream FromHost { get; }

    /// <summary>Bytes to the host. Disposing it half-closes.</summary>
    public abstract Stream ToHost { get; }

    /// <summary>
    /// Says why the connection ended or never came about, from the connector's own messages. Waits a bounded time for
    /// the connector to end.
    /// </summary>
    /// <param name="stage">The stage that was reached, for the message if nothing better is known.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public abstract Task<HostConnectException> ExplainAsync(string stage, CancellationToken cancellationToken);

    /// <summary>
    /// For a connection that was lost: ends what is left of it, and says whether the host itself told that the program there
    /// has ended. False: nobody knows, it may run on.
    /// </summary>
    public virtual Task<bool> FarProgramHasEndedAsync() => Task.FromResult(false);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
