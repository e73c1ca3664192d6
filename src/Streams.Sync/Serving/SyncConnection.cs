using Streams.Sync.Protocol;
using Streams.Sync.State;

namespace Streams.Sync.Serving;

/// <summary>One client connection: reads lines within their limits, and hands commands to the hub.</summary>
internal sealed class SyncConnection
{
    private const int SmallBuffer = 256;

    private readonly Transport _transport;
    private readonly SyncHub _hub;
    private readonly SendQueue _replies;
    private byte[] _buffer = new byte[SmallBuffer];
    private int _filled;
    private bool _isEvicted;
    private long _lineSince = long.MaxValue;   // when the unfinished line began; written by the reading loop, read by the sweep
    private long _closeAt = long.MaxValue;

    public SyncConnection(Transport transport, SyncHub hub, TimeSpan acceptedAt)
    {
        _transport = transport;
        _hub = hub;
        AcceptedAt = acceptedAt;
        Session = new Session(this);
        _replies = new SendQueue(transport, Abort, OnLastWord);
    }

    public Session Session { get; }

    public TimeSpan AcceptedAt { get; }

    public bool IsGreeted { get; set; }

    public string? Process { get; private set; }

    public bool IsHalfClosed { get; private set; }

    public bool HasNothingToSend => _replies.IsIdle;

    public bool IsBroken => _transport.IsBroken;

    public void Reply(Reply reply) => _replies.Add(reply);

    public void Flush() => _replies.Flush();

    public void ReplyNow(Reply reply)
    {
        Reply(reply);
        Flush();
    }

    /// <summary>Closes with a last word, not waiting for the client to have read it.</summary>
    public void Evict(Reply reply)
    {
        _isEvicted = true;
        ReplyNow(reply with { Close = true });
    }

    public void Abort()
    {
        _transport.Close();   // which ends a read under way
    }

    /// <summary>Whether a limit of time has passed for this connection.</summary>
    public bool IsOverdue(TimeSpan now, SyncServerOptions options) =>
        !IsGreeted && now - AcceptedAt > options.HelloTimeout
        || Volatile.Read(ref _lineSince) is var since and not long.MaxValue && now.Ticks - since > options.LineTimeout.Ticks
        || now.Ticks > Volatile.Read(ref _closeAt);

    /// <summary>Reads until the client ends, breaks a rule or is closed.</summary>
    public async Task RunAsync()
    {
        var why = "connection lost";
        try
        {
            ReplyNow(new GreetingReply(_hub.Epoch, SyncHub.NewNonce()));
            while (await _transport.ReceiveAsync(FreeSpace(), CancellationToken.None).ConfigureAwait(false) is > 0 and var read)
            {
                var start = BeginTaking(read);
                while (TakeLines(ref start) is { } command)
                    start = await TakePayloadAsync(command, start).ConfigureAwait(false);
                KeepRest(start);
            }
            why = "closed its connection without good-bye";
            await EndReadingAsync(why).ConfigureAwait(false);
            return;
        }
        catch (Exception)
        {
            // A connection may end in many ways (reset, aborted by the sweep, a link's own errors): all mean the same.
        }
        await _hub.EndConnectionAsync(this, why).ConfigureAwait(false);
        Abort();
    }

    private async Task EndReadingAsync(string why)
    {
        IsHalfClosed = true;
        if (await _hub.EndReadingAsync(this, _transport.CanHalfClose, why).ConfigureAwait(false))
            return;   // still answered; the sweep closes it afterwards
        Abort();
    }

    private void OnLastWord()
    {
        if (_isEvicted)
            Abort();
        else
            CloseBy(_hub.Now + TimeSpan.FromSeconds(1));
    }

    private void CloseBy(TimeSpan time) => Volatile.Write(ref _closeAt, time.Ticks);

    private Memory<byte> FreeSpace()
    {
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 4, SyncLimits.MaxLine + 2));
        return _buffer.AsMemory(_filled);
    }

    /// <summary>Notes what was read, and where its lines begin: after the last word it is only drained, so that the word arrives.</summary>
    private int BeginTaking(int read)
    {
        _filled += read;
        return Volatile.Read(ref _closeAt) == long.MaxValue ? 0 : _filled;
    }

    /// <summary>Takes whole lines, up to a command whose payload must be read first.</summary>
    private Command? TakeLines(ref int start)
    {
        while (_buffer.AsSpan(start, _filled - start).IndexOf((byte)'\n') is >= 0 and var length)
        {
            var line = _buffer.AsSpan(start, length);
            start += length + 1;
            if (Take(line) is { } command)
                return command;
        }
        return null;
    }

    private void KeepRest(int start)
    {
        var rest = _filled - start;
        if (rest > SyncLimits.MaxLine)
            Refuse(new BadLineException("toolong", $"a line has at most {SyncLimits.MaxLine} bytes", close: true));
        if (rest > 0)
            _buffer.AsSpan(start, rest).CopyTo(_buffer);
        else if (_buffer.Length > SmallBuffer)
            _buffer = new byte[SmallBuffer];
        _filled = rest > SyncLimits.MaxLine ? 0 : rest;
        if (rest == 0)
            Volatile.Write(ref _lineSince, long.MaxValue);
        else if (start > 0 || Volatile.Read(ref _lineSince) == long.MaxValue)
            Volatile.Write(ref _lineSince, _hub.Now.Ticks);
    }

    /// <summary>Understands one line and does it; returns the command when its payload must be read first.</summary>
    private Command? Take(ReadOnlySpan<byte> text)
    {
        try
        {
            if (text.EndsWith("\r"u8))
                text = text[..^1];
            if (text.Length > SyncLimits.MaxLine)
                throw new BadLineException("toolong", $"a line has at most {SyncLimits.MaxLine} bytes", close: true);
            if (!IsGreeted)
                ForeignProtocol.Check(text);
            var command = CommandParser.Parse(text);
            if (!IsGreeted && command is not HelloCommand)
                throw new BadLineException("order", "HELLO first", close: true);
            if (command.PayloadLength >= 0)
                return command;
            Do(command);
        }
        catch (BadLineException e)
        {
            Refuse(e);
        }
        return null;
    }

    private void Do(Command command)
    {
        if (command is HelloCommand hello && !IsGreeted)
        {
            Process = hello.Process;
            _hub.Greet(this, hello);
            return;
        }
        _hub.Post(new Received(Session, command));
    }

    private void Refuse(BadLineException e)
    {
        var close = e.Close || !IsGreeted;
        ReplyNow(e.Code == ForeignProtocol.Silence ? new SilentCloseReply() : new BadReply(e.Code, e.Message) { Close = close });
        if (close)
            CloseBy(_hub.Now + TimeSpan.FromSeconds(1));
    }

    /// <summary>Reads the raw bytes that a command announced, and its line end; memory grows with what really comes.</summary>
    private async ValueTask<int> TakePayloadAsync(Command command, int start)
    {
        var length = command.PayloadLength;
        var payload = new byte[Math.Min(length, 64 * 1024)];
        var have = Math.Min(length, _filled - start);
        if (have > payload.Length)
            payload = new byte[have];
        _buffer.AsSpan(start, have).CopyTo(payload);
        start += have;
        while (have < length)
        {
            if (have == payload.Length)
                Array.Resize(ref payload, Math.Min(length, payload.Length * 2));
            Volatile.Write(ref _lineSince, _hub.Now.Ticks);
            var read = await _transport.ReceiveAsync(payload.AsMemory(have), CancellationToken.None).ConfigureAwait(false);
            have += read > 0 ? read : throw new EndOfStreamException();
        }
        start = await TakeLineEndAsync(start).ConfigureAwait(false);
        if (start >= 0)
            Do(command.WithPayload(payload));
        else
            Refuse(new BadLineException("data", $"{length} bytes must be followed by a line end", close: true));
        return start >= 0 ? start : _filled;
    }

    private async ValueTask<int> TakeLineEndAsync(int start)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            if (start == _filled)
            {
                start = 0;
                _filled = await _transport.ReceiveAsync(_buffer, CancellationToken.None).ConfigureAwait(false);
                if (_filled == 0)
                    throw new EndOfStreamException();
            }
            var value = _buffer[start++];
            if (value == '\n')
                return start;
            if (value != '\r' || !isFirst)
                return -1;
        }
    }
}
