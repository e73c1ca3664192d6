using Streams.Sync;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// The collection's sync server, started with the first block, and what it is told of the blocks: who will come, who runs, who
/// has ended and how. That is why a barrier can say who is missing.
/// </summary>
internal sealed class SyncParties(string collection, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private Task<SyncServer>? _server;

    public Task<SyncServer> ServerAsync()
    {
        lock (_gate)
            return _server ??= SyncServer.StartAsync(new SyncServerOptions { Collection = collection, TimeProvider = timeProvider });
    }

    public void Queued(BlockSpec block) => Declare(block, "queued");

    public void Running(BlockSpec block) => Declare(block, "running");

    public void LastLine(BlockSpec block, string line) => Started?.NoteOutput(block.Sync.Party, line);

    public void Ended(BlockSpec block, BlockResult result) => Started?.EndParty(
        block.Sync.Party,
        new SyncPartyEnd
        {
            Outcome = result.Outcome.ToString().ToUpperInvariant(),
            Reason = result.Message.Split('\n')[0],
            IsUnexpectedFailure = result.IsFailure,
        });

    /// <summary>The author waits: no further party comes unless a block brings it.</summary>
    public void Seal() => Started?.Seal();

    /// <summary>The author goes on: further parties may come at any moment.</summary>
    public void Open() => Started?.Open();

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
            await (await server.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private SyncServer? Started => _server is { IsCompletedSuccessfully: true } server ? server.Result : null;

    private void Declare(BlockSpec block, string state)
    {
        // Listening on loopback completes at once; a party must be known before the block that it is can arrive.
        var server = ServerAsync();
        if (server.IsCompletedSuccessfully)
            server.Result.DeclareParty(new SyncParty { Name = block.Sync.Party, Host = block.Host, Block = block.Name, State = state });
    }
}
