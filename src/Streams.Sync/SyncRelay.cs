namespace Streams.Sync;

/// <summary>
/// A private socket for the commands and scripts of one block: each connection becomes a party of its own under the
/// block's name, greeted with the token that the command does not know.
/// </summary>
public sealed class SyncRelay : IAsyncDisposable
{
    /// <summary>What commands get as STREAMS_SYNC: <c>unix:/path</c>.</summary>
    public string Address => throw new NotImplementedException();

    /// <summary>Starts a relay that listens when this returns.</summary>
    public static Task<SyncRelay> StartAsync(SyncRelayOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Closes the socket and all connections of commands.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
