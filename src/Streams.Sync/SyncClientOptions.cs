using System.Text.Json;

namespace Streams.Sync;

/// <summary>Settings of a <see cref="SyncClient"/>, read once when it is made.</summary>
public sealed record SyncClientOptions
{
    /// <summary>Where the server is: <c>tcp:127.0.0.1:4711</c> or <c>unix:/path</c>.</summary>
    public required string Address { get; init; }

    /// <summary>The server's token.</summary>
    /// <value>The default is <see langword="null"/>: none, for a private socket that asks for none.</value>
    public string? Token { get; init; }

    /// <summary>Who this client is; the same name again is the same party, and takes over its connection.</summary>
    public required string Party { get; init; }

    /// <summary>The party that this one belongs to and ends with.</summary>
    public string? Parent { get; init; }

    /// <summary>The id of the collection that the client means to talk to.</summary>
    public string? Collection { get; init; }

    /// <summary>Is put before every name of barriers, values and topics.</summary>
    /// <value>The default is empty.</value>
    public string NamePrefix { get; init; } = "";

    /// <summary>
    /// Whether the party does other things while it waits; the detector then never takes it for blocked.
    /// </summary>
    /// <value>The default is <see langword="false"/>; a party seen with two waits at once counts as concurrent too.</value>
    public bool IsConcurrent { get; init; }

    /// <summary>The time limit of a wait that names none.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What is left of the caller's own time limit; asked, when set, instead of <see cref="DefaultTimeout"/>.</summary>
    public Func<TimeSpan>? RemainingTime { get; init; }

    /// <summary>How long one attempt to connect and greet may take.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the client keeps trying to reconnect; the server's grace is the measure.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Opens the byte stream to the server; used, when set, instead of <see cref="Address"/>.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>How values are written and read.</summary>
    public JsonSerializerOptions? Json { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Says everything but the token.</summary>
    public override string ToString() => $"SyncClientOptions {{ Address = {Address}, Party = {Party} }}";
}
