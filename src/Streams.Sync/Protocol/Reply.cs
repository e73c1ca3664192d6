using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Streams.Sync.Protocol;

/// <summary>One answer or notice of the server: a line, and for some a payload after it.</summary>
internal abstract record Reply
{
    /// <summary>Raw bytes that follow the line, with a line end of their own; null for none.</summary>
    public virtual byte[]? Payload => null;

    /// <summary>Whether the connection ends after this reply.</summary>
    public bool Close { get; init; }

    /// <summary>The line without its end.</summary>
    public abstract string Line { get; }

    /// <summary>Writes the line with its end as bytes, if there is room; nothing for a reply that has no line.</summary>
    public virtual bool TryWrite(Span<byte> destination, out int written)
    {
        var line = Line;
        written = 0;
        if (line.Length == 0)
            return true;
        if (!Encoding.UTF8.TryGetBytes(line, destination, out var bytes) || bytes == destination.Length)
            return false;
        destination[bytes] = (byte)'\n';
        written = bytes + 1;
        return true;
    }
}

internal sealed record GreetingReply(string Epoch, string Nonce) : Reply
{
    public override string Line => $"STREAMS-SYNC {SyncLimits.Version} {Epoch} {Nonce}";
}

internal sealed record OkReply(string Verb, string? Argument = null) : Reply
{
    public override string Line => Argument is null ? $"OK {Verb}" : $"OK {Verb} {Argument}";
}

internal sealed record BadReply(string Code, string Text) : Reply
{
    public override string Line => $"BAD {Code} {Text}";
}

/// <summary>Closes without a word: the other side does not speak this protocol.</summary>
internal sealed record SilentCloseReply : Reply
{
    public SilentCloseReply() => Close = true;

    public override string Line => "";
}

internal sealed record PingReply(string Word) : Reply
{
    public override string Line => $"PING {Word}";
}

internal sealed record PongReply(string Word) : Reply
{
    public override string Line => $"PONG {Protocol.Word.Encode(Word)}";
}

internal sealed record WaitReply(string Name, string Id, long Round, int Arrived, int Expected) : Reply
{
    public override string Line => string.Create(CultureInfo.InvariantCulture, $"WAIT {Word.Encode(Name)} {Word.Encode(Id)} {Round} {Arrived}/{Expected}");

    // As Line, without the string: every arrival is answered with one of these.
    public override bool TryWrite(Span<byte> destination, out int written) =>
        Utf8.TryWrite(destination, CultureInfo.InvariantCulture, $"WAIT {Word.Encode(Name)} {Word.Encode(Id)} {Round} {Arrived}/{Expected}\n", out written);
}

internal sealed record GoReply(string Name, string Id, long Round, int Expected) : Reply
{
    public override string Line => string.Create(CultureInfo.InvariantCulture, $"GO {Word.Encode(Name)} {Word.Encode(Id)} {Round} {Expected}");

    // As Line, without the string: everybody in a round waits while this is done for everybody before it.
    public override bool TryWrite(Span<byte> destination, out int written) =>
        Utf8.TryWrite(destination, CultureInfo.InvariantCulture, $"GO {Word.Encode(Name)} {Word.Encode(Id)} {Round} {Expected}\n", out written);
}

internal sealed record BrokenReply(string Name, string Id, long Round, BarrierCause Cause, string? By, int Arrived, int Expected, string Report) : Reply
{
    public override string Line =>
        string.Create(CultureInfo.InvariantCulture, $"BROKEN {Word.Encode(Name)} {Word.Encode(Id)} {Round} {CauseWord.Of(Cause)} {(By is null ? "-" : Word.Encode(By))} {Arrived}/{Expected} {Word.Encode(Report)}");
}

internal sealed record DataReply(string Name, string Id, string Party, byte[] Data) : Reply
{
    public override byte[] Payload => Data;
    public override string Line => string.Create(CultureInfo.InvariantCulture, $"DATA {Word.Encode(Name)} {Word.Encode(Id)} {Word.Encode(Party)} {Data.Length}");
}

internal sealed record ValueReply(string Key, string Id, byte[] Value) : Reply
{
    public override byte[] Payload => Value;
    public override string Line => string.Create(CultureInfo.InvariantCulture, $"VALUE {Word.Encode(Key)} {Word.Encode(Id)} {Value.Length}");
}

internal sealed record ItemReply(string Topic, string Id, long Offset, byte[] Value) : Reply
{
    public override byte[] Payload => Value;
    public override string Line => string.Create(CultureInfo.InvariantCulture, $"ITEM {Word.Encode(Topic)} {Word.Encode(Id)} {Offset} {Value.Length}");
}

/// <summary>A GET or PULL goes on waiting.</summary>
internal sealed record PendingReply(string Key, string Id) : Reply
{
    public override string Line => $"PENDING {Word.Encode(Key)} {Word.Encode(Id)}";
}

/// <summary>A GET or PULL ended without a value.</summary>
internal sealed record NoneReply(string Key, string Id, BarrierCause Cause, string Report) : Reply
{
    public override string Line => $"NONE {Word.Encode(Key)} {Word.Encode(Id)} {CauseWord.Of(Cause)} {Word.Encode(Report)}";
}

/// <summary>One line for people, before END.</summary>
internal sealed record NoteReply(string Text) : Reply
{
    public override string Line => $"# {Text}";
}

internal sealed record EndReply : Reply
{
    public override string Line => "END";
}

/// <summary>Made by the client itself: the server that it asked is gone, another is there in its place.</summary>
internal sealed record RestartedReply : Reply
{
    public override string Line => "";
}
