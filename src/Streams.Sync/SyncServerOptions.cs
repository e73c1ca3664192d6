using Microsoft.Extensions.Logging;

namespace Streams.Sync;

/// <summary>Settings of a <see cref="SyncServer"/>, read once at start.</summary>
public sealed record SyncServerOptions
{
    /// <summary>The Unix domain socket to listen on, in a directory that only its owner may enter.</summary>
    /// <value>The default is <see langword="null"/>: loopback TCP.</value>
    public string? UnixSocketPath { get; init; }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    /// <value>The default is 0: any free port.</value>
    public int Port { get; init; }

    /// <summary>The secret that clients must show: 32 hexadecimal digits.</summary>
    /// <value>The default is <see langword="null"/>: 128 random bits.</value>
    public string? Token { get; init; }

    /// <summary>The id of the collection served; a client that names another one is refused.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    public string? Collection { get; init; }

    /// <summary>Whether a party's failure breaks rounds that it was neither in nor listed for.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Propagate { get; init; } = true;

    /// <summary>How often silent waiting parties are asked for a sign of life; twice this is too long.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a party whose connection broke may take to come back.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long all parties must have been seen waiting for one another before that is called a deadlock.</summary>
    /// <value>The default is 250 milliseconds.</value>
    public TimeSpan DeadlockSettleTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a new connection may take to greet.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a line may take from its first byte to its end.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan LineTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many greeted connections are served at once.</summary>
    /// <value>The default is 10,000.</value>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How many connections may be waiting to greet; one more evicts the oldest of them.</summary>
    /// <value>The default is 256.</value>
    public int MaxUngreeted { get; init; } = 256;

    /// <summary>How many names of barriers, values and topics there may be.</summary>
    /// <value>The default is 10,000.</value>
    public int MaxNames { get; init; } = 10_000;

    /// <summary>How many bytes all values and topics may hold together.</summary>
    /// <value>The default is 1 GiB.</value>
    public long MaxStoredBytes { get; init; } = 1L << 30;

    /// <summary>Is told of each round that ended, outside any lock of the server.</summary>
    public Action<SyncRound>? RoundEnded { get; init; }

    /// <summary>Where the server logs.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock; deadlines use its monotonic timestamps only.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Says everything but the token.</summary>
    public override string ToString() => $"SyncServerOptions {{ UnixSocketPath = {UnixSocketPath}, Port = {Port} }}";
}
