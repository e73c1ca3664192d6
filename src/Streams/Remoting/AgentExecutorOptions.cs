namespace Streams.Remoting;

/// <summary>The stream whose blocks an <see cref="AgentExecutor"/> runs.</summary>
internal sealed record AgentExecutorOptions
{
    /// <summary>32 hexadecimal digits: the collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The stream's name, unique in its collection.</summary>
    public required string Stream { get; init; }

    /// <summary>Variables for the worker and all that it starts.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The token of the collection's sync server; empty: blocks bring it themselves.</summary>
    public string SyncToken { get; init; } = "";

    /// <summary>Connects to the collection's sync server, once for each connection that a block makes; null: there is none.</summary>
    public Func<CancellationToken, Task<Stream>>? ConnectSync { get; init; }
}
