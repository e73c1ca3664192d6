namespace Streams.Sync;

/// <summary>Settings of a <see cref="SyncRelay"/>.</summary>
public sealed record SyncRelayOptions
{
    /// <summary>The Unix domain socket to listen on; its directory must be private (mode 0700), for no token is asked there.</summary>
    public required string UnixSocketPath { get; init; }

    /// <summary>Where the server is: <c>tcp:127.0.0.1:4711</c> or <c>unix:/path</c>.</summary>
    public required string Address { get; init; }

    /// <summary>The server's token, which the commands never see.</summary>
    public string? Token { get; init; }

    /// <summary>The party that the commands belong to; they become <c>Party/cmd1</c>, <c>Party/cmd2</c> and so on.</summary>
    public required string Party { get; init; }

    /// <summary>The id of the collection.</summary>
    public string? Collection { get; init; }

    /// <summary>Opens the byte stream to the server; used, when set, instead of <see cref="Address"/>.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>Says everything but the token.</summary>
    public override string ToString() => $"SyncRelayOptions {{ UnixSocketPath = {UnixSocketPath}, Address = {Address}, Party = {Party} }}";
}
