namespace Streams.Sync.Tests;

/// <summary>A server and the clients of one test.</summary>
internal sealed class Meeting : IAsyncDisposable
{
    private readonly List<SyncClient> _clients = [];

    public SyncServer Server { get; private set; } = null!;

    public async Task StartAsync(SyncServerOptions? options = null) => Server = await SyncServer.StartAsync(options);

    public SyncClient Client(string party, Func<SyncClientOptions, SyncClientOptions>? with = null)
    {
        var options = new SyncClientOptions { Address = Server.Address, Token = Server.Token, Party = party };
        var client = new SyncClient(with?.Invoke(options) ?? options);
        lock (_clients)
            _clients.Add(client);
        return client;
    }

    /// <summary>Waits until the server says this of a barrier, by asking again and again.</summary>
    public async Task UntilAsync(string barrier, string says)
    {
        using var limit = new CancellationTokenSource(TaskTimeoutExtensions.Default);
        // Ever more slowly: a report looks at all that is known, which many who ask without a pause would make the load.
        for (var pause = 1; !string.Join('\n', Server.Why(barrier)).Contains(says, StringComparison.Ordinal); pause = Math.Min(2 * pause, 50))
            await Task.Delay(pause, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
