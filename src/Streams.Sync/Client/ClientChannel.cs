using System.Text;
using Streams.Sync.Protocol;
using Streams.Sync.Serving;

namespace Streams.Sync.Client;

/// <summary>
/// The client's one connection, made when needed, made again when it breaks, with everything unanswered sent again.
/// </summary>
internal sealed class ClientChannel(SyncClientOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly List<Request> _pending = [];    // guarded by _gate, in the order they were sent
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly string _instance = Guid.NewGuid().ToString("N")[..12];
    private Stream? _stream;                         // guarded by _gate; null while not greeted
    private Task? _loop;                             // guarded by _gate
    private string? _epoch;
    private long _connections;
    private long _ids;
    private long _heardAt;

    /// <summary>The server's heartbeat, as it said when greeting.</summary>
    public TimeSpan Heartbeat { get; private set; } = TimeSpan.FromSeconds(5);

    public string NewId() => $"{_instance}-{Interlocked.Increment(ref _ids)}";

    /// <summary>Sends a request now or as soon as there is a connection; its answer comes through the request.</summary>
    public async Task SendAsync(Request request)
    {
        Stream? stream;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(SyncClient));
            stream = _stream;
            if (stream is null)
                _pending.Add(request);   // sent when the connection is there
            EnsureLoop();
        }
        if (stream is not null)
            await WriteAsync(request, reconnect: true).ConfigureAwait(false);
    }

    // Called under the lock.
    private void EnsureLoop()
    {
        if (!_closing.IsCancellationRequested && (_loop is null || _loop.IsCompleted))
            _loop = Task.Run(RunAsync);
    }

    /// <summary>Gives up on a request; an answer that still comes is skipped.</summary>
    public static void Forget(Request request) => request.Fail(new OperationCanceledException());

    public async ValueTask DisposeAsync()
    {
        Stream? stream;
        Task? loop;
        lock (_gate)
            (stream, loop) = (_stream, _loop);
        if (stream is not null)
            await SayGoodByeAsync().ConfigureAwait(false);
        lock (_gate)
            _closing.Cancel();
        if (loop is not null)
            await loop.ConfigureAwait(false);
        FailAll(new ObjectDisposedException(nameof(SyncClient)));
        _writing.Dispose();
        _closing.Dispose();
    }

    private async Task SayGoodByeAsync()
    {
        var bye = new Request("BYE");
        try
        {
            await WriteAsync(bye, reconnect: false).ConfigureAwait(false);
            await bye.Answer.WaitAsync(TimeSpan.FromSeconds(1), options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or TimeoutException or SyncException)
        {
            // Then the server learns it from the connection's end.
        }
    }

    /// <summary>Requests go into the list and onto the wire in one order, for first answers come in that order.</summary>
    private async Task WriteAsync(Request request, bool reconnect)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Stream? stream;
            lock (_gate)
            {
                _pending.Add(request);
                stream = _stream;
                if (stream is null && reconnect)
                    EnsureLoop();   // it may have ended meanwhile, with nothing left to ask for
            }
            // Without a stream a new connection is being made, which sends it.
            if (stream is not null)
                await stream.WriteAsync(request.Bytes(), _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The reading loop sees the same end, and sends it again.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task RunAsync()
    {
        var brokenAt = options.TimeProvider.GetTimestamp();
        var retry = FirstRetry;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var (stream, reader) = await ConnectAsync().ConfigureAwait(false);
                try
                {
                    await using (stream.ConfigureAwait(false))
                        await ServeAsync(stream, reader).ConfigureAwait(false);
                }
                finally
                {
                    // The grace is counted from the end of the last good connection, however it ended.
                    (brokenAt, retry) = (options.TimeProvider.GetTimestamp(), FirstRetry);
                }
            }
            catch (SyncProtocolException e) when (e.Code != "full")
            {
                FailAll(e);
                return;
            }
            catch (Exception e) when (!_closing.IsCancellationRequested)
            {
                // Whatever a transport throws: contact is lost, and is tried again within the grace.
                if (options.TimeProvider.GetElapsedTime(brokenAt) > options.Grace)
                {
                    FailAll(new SyncContactLostException($"{options.Party} has no contact with the sync server at {options.Address}: {e.Message}. What it waited for may or may not have happened; the next call tries to connect again.", e));
                    return;
                }
            }
            catch (Exception)
            {
                return;   // being disposed
            }
            lock (_gate)
            {
                if (_pending.Count == 0)
                {
                    _loop = null;   // connects again when it is needed
                    return;
                }
            }
            await PauseAsync(retry).ConfigureAwait(false);
            retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
        }
    }

    private async Task PauseAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, options.TimeProvider, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Being disposed; the loop sees it.
        }
    }

    private async Task<(Stream Stream, ReplyReader Reader)> ConnectAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(options.ConnectTimeout);
        var stream = options.Connect is { } connect
            ? await connect(limit.Token).ConfigureAwait(false)
            : await Dialer.ConnectAsync(options.Address, limit.Token).ConfigureAwait(false);
        try
        {
            // The greeting is not waited for: a client that speaks at once never waits in the server's anteroom.
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Hello()), limit.Token).ConfigureAwait(false);
            var reader = new ReplyReader(stream);
            var greeting = await reader.ReadAsync(limit.Token).ConfigureAwait(false);
            Greeted(greeting, greeting is null ? null : await reader.ReadAsync(limit.Token).ConfigureAwait(false));
            return (stream, reader);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private string Hello()
    {
        var line = new StringBuilder("HELLO 1 ").Append(Word.Encode(options.Party));
        if (options.Token is { } token)
            line.Append(" token=").Append(token);
        if (options.Parent is { } parent)
            line.Append(" parent=").Append(Word.Encode(parent));
        if (options.Collection is { } collection)
            line.Append(" collection=").Append(Word.Encode(collection));
        line.Append(FormattableString.Invariant($" conn={_instance}:{++_connections}"));
        if (PeerProcess.Current is { } process && options.Connect is null)
            line.Append(" proc=").Append(process);
        if (options.IsConcurrent)
            line.Append(" concurrent");
        return line.Append('\n').ToString();
    }

    private void Greeted(Reply? first, Reply? answer)
    {
        if (first is null or BadReply { Code: "full" })
            throw new IOException("the server closed the connection before its greeting");
        if (first is not GreetingReply greeting)
            throw new SyncProtocolException($"What listens at {options.Address} is no sync server", "greeting");
        if (answer is BadReply bad)
            throw new SyncProtocolException($"The sync server at {options.Address} refuses {options.Party}: {bad.Code} {bad.Text}", bad.Code);
        if (answer is not OkReply { Verb: "HELLO", Argument: { } words })
            throw new IOException("the connection ended before the server answered HELLO");
        foreach (var word in words.Split(' '))
        {
            if (word.StartsWith("heartbeat=", StringComparison.Ordinal) && double.TryParse(word.AsSpan("heartbeat=".Length), System.Globalization.CultureInfo.InvariantCulture, out var seconds))
                Heartbeat = TimeSpan.FromSeconds(seconds);
        }
        if (_epoch is not null && _epoch != greeting.Epoch)
            EndWaitsOfOldServer();
        _epoch = greeting.Epoch;
    }

    private async Task ServeAsync(Stream stream, ReplyReader reader)
    {
        _heardAt = options.TimeProvider.GetTimestamp();
        await ResendAsync(stream).ConfigureAwait(false);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var watching = WatchAsync(stream, watch);
        try
        {
            while (await reader.ReadAsync(watch.Token).ConfigureAwait(false) is { } reply)
            {
                Volatile.Write(ref _heardAt, options.TimeProvider.GetTimestamp());
                if (reply is PingReply ping)
                    await WriteRawAsync(stream, $"PONG {ping.Word}\n", watch.Token).ConfigureAwait(false);
                else if (reply is BadReply { Code: "fenced" or "silent" or "ended" } bad)
                    throw bad.Code == "silent" ? new IOException(bad.Text) : new SyncProtocolException($"{options.Party}: {bad.Text}", bad.Code);
                else
                    Dispatch(reply);
            }
        }
        catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
        {
            throw new IOException($"the server was silent for {2 * Heartbeat}");
        }
        finally
        {
            lock (_gate)
                _stream = null;
            await watch.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
    }

    /// <summary>Sends all that is unanswered, in the old order, before anything new.</summary>
    private async Task ResendAsync(Stream stream)
    {
        await _writing.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            Request[] unanswered;
            lock (_gate)
            {
                _stream = stream;
                _pending.RemoveAll(request => request.Answer.IsCompleted);
                unanswered = [.. _pending];
            }
            foreach (var request in unanswered)
            {
                request.IsAcknowledged = false;
                request.Gathered?.Clear();
                await stream.WriteAsync(request.Bytes(), _closing.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Asks a silent server for a sign of life while something is waited for.</summary>
    private async Task WatchAsync(Stream stream, CancellationTokenSource watch)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Heartbeat, options.TimeProvider, watch.Token).ConfigureAwait(false);
                var silence = options.TimeProvider.GetElapsedTime(Volatile.Read(ref _heardAt));
                bool isWaiting;
                lock (_gate)
                    isWaiting = _pending.Count > 0;
                if (silence > 3 * Heartbeat && isWaiting)
                    await watch.CancelAsync().ConfigureAwait(false);
                else if (silence >= Heartbeat && isWaiting)
                    await WriteRawAsync(stream, "PING server\n", watch.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The connection is over; the reading loop knows.
        }
    }

    private async Task WriteRawAsync(Stream stream, string line, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Dispatch(Reply reply)
    {
        Request? answered = null;
        lock (_gate)
        {
            var id = WaitIdOf(reply);
            var request = id is null ? null : _pending.Find(pending => pending.WaitId == id);
            switch (reply)
            {
                case OkReply or BadReply:
                    request = _pending.Find(pending => !pending.IsAcknowledged);
                    break;
                case WaitReply or PendingReply:
                    if (request is not null)
                        request.IsAcknowledged = true;
                    return;
                case DataReply data:
                    if (request is not null)
                        (request.Gathered ??= [])[data.Party] = data.Data;
                    return;
            }
            if (request is not null && _pending.Remove(request))
                answered = request;
        }
        answered?.Complete(reply);
    }

    private static string? WaitIdOf(Reply reply) => reply switch
    {
        WaitReply wait => wait.Id,
        GoReply go => go.Id,
        BrokenReply broken => broken.Id,
        DataReply data => data.Id,
        ValueReply value => value.Id,
        ItemReply item => item.Id,
        PendingReply pending => pending.Id,
        NoneReply none => none.Id,
        _ => null,
    };

    /// <summary>A restarted server forgot who waits; what is not a wait can be asked of the new one just as well.</summary>
    private void EndWaitsOfOldServer()
    {
        List<Request> ended;
        lock (_gate)
        {
            ended = [.. _pending.Where(request => request.WasSent && request.WaitId is not null)];
            _pending.RemoveAll(ended.Contains);
        }
        ended.ForEach(request => request.Complete(new RestartedReply()));
    }

    private void FailAll(Exception exception)
    {
        List<Request> failed;
        lock (_gate)
        {
            failed = [.. _pending];
            _pending.Clear();
            _loop = null;
        }
        failed.ForEach(request => request.Fail(exception));
    }
}
