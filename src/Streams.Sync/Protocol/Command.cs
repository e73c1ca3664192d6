namespace Streams.Sync.Protocol;

/// <summary>One request of a client, checked and decoded.</summary>
internal abstract record Command
{
    /// <summary>How many raw bytes, and a line end, follow the line; -1 for none.</summary>
    public virtual int PayloadLength => -1;

    /// <summary>The command with the raw bytes that followed its line.</summary>
    public virtual Command WithPayload(byte[] payload) => throw new InvalidOperationException($"{GetType().Name} has no payload");
}

internal sealed record HelloCommand(string Party) : Command
{
    public string? Token { get; init; }
    public string? Parent { get; init; }
    public string? Collection { get; init; }
    public string? Instance { get; init; }
    public long Connection { get; init; }
    public string? Process { get; init; }
    public bool IsManual { get; init; }
    public bool IsConcurrent { get; init; }
    public bool BringsOthers { get; init; }
}

/// <summary>ENTER, and GATHER whose data follows the line.</summary>
internal sealed record EnterCommand(string Name, int Count, TimeSpan Timeout, string Id) : Command
{
    public byte[]? Data { get; init; }
    public IReadOnlyList<string>? Parties { get; init; }
    public int GatherLength { get; init; } = -1;
    public override int PayloadLength => GatherLength;
    public override Command WithPayload(byte[] payload) => this with { Data = payload };
}

internal sealed record LeaveCommand(string? Name, string? Id) : Command;

/// <summary>FAIL of one barrier, or of the whole party when no name is given (on the wire <c>*</c>).</summary>
internal sealed record FailCommand(string? Name, string Text, string? Id) : Command;

internal sealed record ResetCommand(string Name, string? Id) : Command;

internal sealed record PutCommand(string Key, int Length) : Command
{
    public byte[] Value { get; init; } = [];
    public override int PayloadLength => Length;
    public override Command WithPayload(byte[] payload) => this with { Value = payload };
}

internal sealed record GetCommand(string Key, TimeSpan Timeout, string Id) : Command;

internal sealed record PublishCommand(string Topic, string Id, int Length) : Command
{
    public byte[] Value { get; init; } = [];
    public override int PayloadLength => Length;
    public override Command WithPayload(byte[] payload) => this with { Value = payload };
}

internal sealed record PullCommand(string Topic, long Offset, TimeSpan Timeout, string Id) : Command;

internal sealed record PingCommand(string Word) : Command;

internal sealed record PongCommand(string Word) : Command;

internal sealed record ListCommand : Command;

internal sealed record WhyCommand(string Name) : Command;

internal sealed record HelpCommand : Command;

internal sealed record ByeCommand : Command;
