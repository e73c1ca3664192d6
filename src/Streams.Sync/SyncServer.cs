using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Streams.Sync.Serving;
using Streams.Sync.State;

namespace Streams.Sync;

/// <summary>The meeting point of parties: barriers, set-once values and topics over a text protocol.</summary>
public sealed class SyncServer : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly SyncHub _hub;
    private readonly Socket _listener;
    private readonly ReadinessLoop? _loop = ReadinessLoop.TryStart();
    private readonly ITimer _sweeper;
    private readonly ConcurrentDictionary<string, PartySigns> _signs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _isDisposed;

    private SyncServer(SyncHub hub, Socket listener, string address, string token)
    {
        _hub = hub;
        _listener = listener;
        Address = address;
        Token = token;
        _sweeper = hub.Options.TimeProvider.CreateTimer(_ => hub.Sweep(), null, SweepInterval, SweepInterval);
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect: <c>tcp:127.0.0.1:4711</c> or <c>unix:/path</c>.</summary>
    public string Address { get; }

    /// <summary>The secret that clients must show: 32 hexadecimal digits.</summary>
    public string Token { get; }

    /// <summary>Starts a server that listens when this returns.</summary>
    public static Task<SyncServer> StartAsync(SyncServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new SyncServerOptions();
        var token = options.Token ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (token.Length != 32 || !token.All(char.IsAsciiHexDigit))
            throw new ArgumentException($"{nameof(SyncServerOptions.Token)} must be 32 hexadecimal digits", nameof(options));
        var (listener, address) = Listener.Open(options.UnixSocketPath, options.Port);
        var server = new SyncServer(new SyncHub(options, token), listener, address, token);
        if (options.Logger is { } logger)
            SyncLog.Listening(logger, address);
        return Task.FromResult(server);
    }

    /// <summary>
    /// Declares a party that lives or will come, or says something new about it. Until it has ended, rounds may wait for it.
    /// </summary>
    public void DeclareParty(SyncParty party) => _hub.Post(new Declared(party, _signs.GetOrAdd(party.Name, _ => new PartySigns())));

    /// <summary>Notes a sign of life of a party and, when given, the last line of its output. Cheap: takes no lock.</summary>
    public void NoteOutput(string party, string? lastLine) => _signs.GetOrAdd(party, _ => new PartySigns()).Note(_hub.Now, lastLine);

    /// <summary>
    /// Says that a party, and those under its name, cannot be reached for now by no fault of theirs, or can be again: their
    /// host's link is down. Meanwhile neither silence nor a broken connection is taken for their end; that has to be said by
    /// <see cref="EndParty"/>. Afterwards they have the usual grace to come back.
    /// </summary>
    public void NoteContact(string party, bool isAway) => _hub.Post(new ContactNoted(party, isAway));

    /// <summary>Says that a party, and with it those under its name, ended and comes to no further round.</summary>
    public void EndParty(string party, SyncPartyEnd end) => _hub.Post(new Ended(party, end));

    /// <summary>Says that parties nobody has declared yet may come at any moment (the state at start), and forgets failures so far.</summary>
    public void Open() => _hub.Post(new Opened(true));

    /// <summary>Says that no further parties will be declared: rounds that can no longer be completed break at once.</summary>
    public void Seal() => _hub.Post(new Opened(false));

    /// <summary>Serves one connection that came another way, such as over a link to a host, until it ends.</summary>
    public async Task ServeAsync(Stream connection, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var served = new SyncConnection(new StreamTransport(connection), _hub, _hub.Now);
        _hub.Room.Add(served);
        await using (stop.Token.UnsafeRegister(state => ((SyncConnection)state!).Abort(), served).ConfigureAwait(false))
            await served.RunAsync().ConfigureAwait(false);
    }

    /// <summary>All names and parties in words, as the verb LIST gives them.</summary>
    public IReadOnlyList<string> List() => _hub.Read(machine => WaitReport.List(machine).ToList());

    /// <summary>Who waits now, for what and for whom.</summary>
    public IReadOnlyList<SyncWait> Waits() => _hub.Read(machine => WaitReport.Waits(machine).ToList());

    /// <summary>Why a barrier has not passed, in words, as the verb WHY gives it.</summary>
    public IReadOnlyList<string> Why(string barrier) => _hub.Read(machine => WaitReport.Why(machine, barrier).ToList());

    /// <summary>Stops: every wait ends with the cause <see cref="BarrierCause.Closed"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        _hub.Post(new Stopped());
        foreach (var connection in _hub.Room.Where(_ => true))
            connection.ReplyNow(new Protocol.SilentCloseReply());
        await LetGoAsync().ConfigureAwait(false);
        _hub.Dispose();
        _loop?.Dispose();
        Listener.Remove(Address);
        _stopping.Dispose();
    }

    /// <summary>Gives clients a moment to read their last answers, then closes.</summary>
    private async Task LetGoAsync()
    {
        for (var i = 0; i < 20 && _hub.Room.Count > 0; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10)).ConfigureAwait(false);
        foreach (var connection in _hub.Room.Where(_ => true))
            connection.Abort();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                var connection = new SyncConnection(_loop?.Add(socket) ?? new SocketTransport(socket), _hub, _hub.Now);
                _hub.Room.Add(connection);
                _ = connection.RunAsync();   // catches everything; ends when the socket does
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the client was gone again: make room, and do not spin.
                if (_hub.Options.Logger is { } logger)
                    SyncLog.AcceptFailed(logger, e);
                _hub.Room.EvictOldest();
                await Task.Delay(TimeSpan.FromMilliseconds(10), _hub.Options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
