using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Streams.Processes;
using Streams.Sync;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// The collection's sync server, started with the first block, and what it is told of the blocks: who will come, who runs, who
/// has ended and how. That is why a barrier can say who is missing.
/// </summary>
internal sealed class SyncParties(string collection, SyncServer? external, TimeProvider timeProvider, ILogger logger, string? socket = null) : IAsyncDisposable
{
    /// <summary>Name of the test's own body as a party.</summary>
    private const string TestBody = "test";

    private readonly Lock _gate = new();

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private Task<SyncServer>? _server = external is null ? null : Task.FromResult(external);

    /// <summary>Of all blocks, by party: a released block may have ended before its wait is told.</summary>
    private readonly ConcurrentDictionary<string, Action<string, TimeSpan, string>> _waits = new(StringComparer.Ordinal);

    /// <summary>Of each stream the block that was queued last.</summary>
    private readonly ConcurrentDictionary<string, string> _lastOfStream = new(StringComparer.Ordinal);

    /// <summary>The test body's own client. Guarded by <see cref="_gate"/>.</summary>
    private SyncClient? _client;

    /// <summary>The test body as a party: it does other things while it waits.</summary>
    public SyncClient Client
    {
        get
        {
            lock (_gate)
            {
                if (_client is null)
                {
                    // Listening on loopback takes no time; nothing is waited for here that could need this thread.
                    var server = ServerAsync().GetAwaiter().GetResult();
                    _client = new SyncClient(new SyncClientOptions
                    {
                        Address = server.Address,
                        Token = server.Token,
                        Party = TestBody,
                        IsConcurrent = true,
                        TimeProvider = timeProvider,
                    });
                    Declare(new SyncParty { Name = TestBody, State = "running", ComesOnlyWhileOpen = true });
                }

                return _client;
            }
        }
    }

    public Task<SyncServer> ServerAsync()
    {
        lock (_gate)
        {
            return _server ??= SyncServer.StartAsync(new SyncServerOptions
            {
                Collection = collection,
                UnixSocketPath = socket,
                // Not left to the server, whose way needs a library that a bare host may lack.
                Token = RandomText.Hex(16),
                RoundEnded = RoundEnded,
                TimeProvider = timeProvider,
                Logger = logger,
            });
        }
    }

    /// <summary>A block is to come; <paramref name="waited"/> is told what it waited for, how long, and how that ended.</summary>
    public void Queued(BlockSpec block, Action<string, TimeSpan, string> waited)
    {
        _waits[block.Sync.Party] = waited;
        // Called in the order of the stream's queue: the one before must have ended when this one begins.
        _lastOfStream.TryGetValue(block.Id.Stream, out var before);
        _lastOfStream[block.Id.Stream] = block.Sync.Party;
        Declare(block, "queued", comesAfter: before);
    }

    public void Running(BlockSpec block) => Declare(block, "running");

    /// <summary>The block could run, but must wait for others first.</summary>
    public void Waiting(BlockSpec block, string state) => Declare(block, state);

    /// <summary>What each party waits for now, as <c>at 'setup' for server/1-NetServer (db1)</c>, and for how long by now.</summary>
    public IReadOnlyDictionary<string, (string What, TimeSpan For)> Waits() =>
        Started?.Waits().DistinctBy(wait => wait.Party).ToDictionary(wait => wait.Party, wait => (wait.What, wait.For), StringComparer.Ordinal) ?? [];

    /// <summary>Commands of the block may come as parties under its own.</summary>
    public void Shares(BlockSpec block) => Declare(block, "running", sharing: true);

    /// <summary>The block's host cannot be reached, or can be again.</summary>
    public void LinkChanged(BlockSpec block, bool isAway) => Started?.NoteContact(block.Sync.Party, isAway);

    public void LastLine(BlockSpec block, string line) => Started?.NoteOutput(block.Sync.Party, line);

    public void Ended(BlockSpec block, BlockResult result) => Started?.EndParty(
        block.Sync.Party,
        new SyncPartyEnd
        {
            Outcome = result.Outcome.ToString().ToUpperInvariant(),
            Reason = result.Message.Length > 0 ? result.Message.Split('\n')[0] : null,
            IsUnexpectedFailure = result.IsFailure,
        });

    /// <summary>The author waits: no further party comes unless a block brings it.</summary>
    public void Seal() => Started?.Seal();

    /// <summary>The author goes on: further parties may come at any moment.</summary>
    public void Open() => Started?.Open();

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
            await client.DisposeAsync().ConfigureAwait(false);
        if (external is null && _server is { } server)
            await (await server.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A new connection to the server.</summary>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var server = await ServerAsync().ConfigureAwait(false);
        var (socket, endpoint) = Open(server.Address);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static (Socket Socket, EndPoint Endpoint) Open(string address)
    {
        const string Unix = "unix:";
        if (address.StartsWith(Unix, StringComparison.Ordinal))
            return (new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(address[Unix.Length..]));
        var port = int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
        return (new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>Waits are part of the record: what a block waited for, and how long.</summary>
    private void RoundEnded(SyncRound round)
    {
        var how = round.Cause is { } cause ? $"broken: {cause}" : "released";
        foreach (var (party, waited) in round.Waits)
        {
            if (_waits.TryGetValue(party, out var tell))
                tell($"at '{round.Barrier}'", waited, how);
        }
    }

    private SyncServer? Started => _server is { IsCompletedSuccessfully: true } server ? server.Result : null;

    private void Declare(BlockSpec block, string state, bool sharing = false, string? comesAfter = null) => Declare(new SyncParty
    {
        Name = block.Sync.Party,
        Host = block.Host,
        Block = block.Name,
        State = state,
        MayBringOthers = true,
        HasOthers = sharing,
        ComesAfter = comesAfter,
    });

    private void Declare(SyncParty party)
    {
        // Listening on loopback completes at once; a party must be known before the block that it is can arrive.
        var server = ServerAsync();
        if (server.IsCompletedSuccessfully)
            server.Result.DeclareParty(party);
    }
}
