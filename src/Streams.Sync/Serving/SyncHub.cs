using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Serving;

/// <summary>
/// The state machine behind its one lock: inputs go in, replies are queued in order inside the lock and sent outside it.
/// </summary>
internal sealed class SyncHub : IDisposable
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly SyncMachine _machine;            // guarded by _gate
    private readonly List<Output> _outputs = [];      // guarded by _gate
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private readonly byte[] _token;
    private TimeSpan _timerDue = TimeSpan.MaxValue;   // guarded by _gate
    private List<SyncConnection>? _spareList;
    private int _wrongTokens;

    public SyncHub(SyncServerOptions options, string token)
    {
        Options = options;
        _time = options.TimeProvider;
        _startedAt = _time.GetTimestamp();
        _token = Encoding.ASCII.GetBytes(token);
        Epoch = Guid.NewGuid().ToString("N")[..16];
        Room = new WaitingRoom(options);
        _machine = new SyncMachine(new MachineOptions
        {
            Heartbeat = options.Heartbeat,
            Grace = options.Grace,
            Settle = options.DeadlockSettleTime,
            MaxNames = options.MaxNames,
            MaxStoredBytes = options.MaxStoredBytes,
            Propagate = options.Propagate,
            Collection = options.Collection,
        });
        _timer = _time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public SyncServerOptions Options { get; }

    public string Epoch { get; }

    public WaitingRoom Room { get; }

    /// <summary>Monotonic time since the start.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_startedAt);

    public static string NewNonce() => Guid.NewGuid().ToString("N");

    /// <summary>Lets the machine have one input, and delivers what comes of it.</summary>
    public void Post(Input input)
    {
        var touched = Interlocked.Exchange(ref _spareList, null) ?? [];
        List<SyncRound>? rounds = null;
        lock (_gate)
        {
            _machine.Apply(input, Now, _outputs);
            foreach (var output in _outputs)
            {
                if (output.Round is { } round)
                {
                    (rounds ??= []).Add(round);
                }
                else if (output.Session!.Connection is SyncConnection connection)
                {
                    connection.Reply(output.Reply!);
                    touched.Add(connection);
                }
            }
            _outputs.Clear();
            SetTimer();
        }
        foreach (var connection in touched)
            connection.Flush();
        touched.Clear();
        if (touched.Capacity <= 64 * 1024)
            _spareList = touched;
        if (rounds is null || Options is { Logger: null, RoundEnded: null })
            return;
        // The embedding program's own code may take its time, which the reading thread has not.
        if (ReadinessLoop.IsCurrent)
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.rounds.ForEach(work.hub.Report), (hub: this, rounds), preferLocal: false);
        else
            rounds.ForEach(Report);
    }

    /// <summary>Reads the machine's state under the lock.</summary>
    public T Read<T>(Func<SyncMachine, T> read)
    {
        lock (_gate)
        {
            _machine.Apply(Tick.Instance, Now, _outputs);
            if (_outputs.Count == 0)
                return read(_machine);
        }
        Post(Tick.Instance);
        return Read(read);
    }

    /// <summary>Checks the token and the room for one more, then introduces the client to the machine.</summary>
    public void Greet(SyncConnection connection, HelloCommand hello)
    {
        var shown = Encoding.ASCII.GetBytes(hello.Token ?? "");
        if (!CryptographicOperations.FixedTimeEquals(shown, _token))
        {
            _ = RefuseTokenAsync(connection);
            return;
        }
        if (!Room.TryEnter(connection))
        {
            connection.ReplyNow(new BadReply("full", $"{Options.MaxConnections} clients are connected") { Close = true });
            return;
        }
        Post(new Received(connection.Session, hello with { Token = null }));
    }

    /// <summary>A connection is over, for good or to be replaced by another.</summary>
    public async Task EndConnectionAsync(SyncConnection connection, string why)
    {
        Room.Leave(connection);
        Post(new Disconnected(connection.Session, why));
        if (connection.Process is { } process && await PeerProcess.IsGoneAsync(process, _time).ConfigureAwait(false))
            Post(new ProcessGone(connection.Session, "was killed or crashed: its process is gone"));
    }

    /// <summary>
    /// A client sends no more. It may still read (nc -N), which is found out by sending to it; until that is known it
    /// counts as disconnected. Returns whether it is still there.
    /// </summary>
    public async Task<bool> EndReadingAsync(SyncConnection connection, bool canHalfClose, string why)
    {
        var probe = canHalfClose && connection.Process is null && Read(_ => connection.Session.Party is { Waits.Count: > 0 });
        if (!probe)
        {
            await EndConnectionAsync(connection, why).ConfigureAwait(false);
            return false;
        }
        Post(new Disconnected(connection.Session, why));
        connection.ReplyNow(new PingReply("still-there"));
        await Task.Delay(ProbeTime, _time).ConfigureAwait(false);
        if (connection.IsBroken)
        {
            Room.Leave(connection);
            return false;
        }
        Post(new HalfClosed(connection.Session));
        return true;
    }

    /// <summary>Ends connections whose time is up, and half-closed ones that have had their answers.</summary>
    public void Sweep()
    {
        var now = Now;
        foreach (var connection in Room.Where(connection => connection.IsOverdue(now, Options) || connection.IsHalfClosed))
        {
            if (!connection.IsHalfClosed || connection.IsOverdue(now, Options))
            {
                connection.Abort();
            }
            else if (connection.IsBroken || connection.HasNothingToSend && Read(_ => connection.Session.Party is { Waits.Count: 0 }))
            {
                Room.Leave(connection);
                Post(new Disconnected(connection.Session, "closed its connection without good-bye"));
                connection.Abort();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task RefuseTokenAsync(SyncConnection connection)
    {
        if (Interlocked.Increment(ref _wrongTokens) > 3)
            await Task.Delay(TimeSpan.FromSeconds(1), _time).ConfigureAwait(false);
        connection.ReplyNow(new BadReply("auth", "wrong or missing token") { Close = true });
    }

    private void OnTimer()
    {
        lock (_gate)
            _timerDue = TimeSpan.MaxValue;   // it has fired, perhaps a little early, and must be set again
        Post(Tick.Instance);
    }

    private void SetTimer()
    {
        var due = _machine.NextDue;
        if (due >= _timerDue)
            return;   // it fires too early then, and is set again: cheaper than to set it for each of many quick rounds
        _timerDue = due;
        var wait = due - Now;
        _timer.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Report(SyncRound round)
    {
        if (Options.Logger is { } logger)
            SyncLog.RoundEnded(logger, round);
        try
        {
            Options.RoundEnded?.Invoke(round);
        }
        catch (Exception e)
        {
            // The embedding program's own code failed; the parties must not suffer for it.
            if (Options.Logger is { } log)
                SyncLog.ObserverFailed(log, e);
        }
    }
}
