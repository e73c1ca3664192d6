namespace Streams;

/// <summary>An exception of another process, as data. No type of it is ever loaded here.</summary>
public sealed record BlockError
{
    internal BlockError()
    {
    }

    /// <summary>Full name of the exception's type.</summary>
    public required string Type { get; init; }

    /// <summary>The exception's message, at most 64 KiB, with control characters made visible.</summary>
    public required string Message { get; init; }

    /// <summary>The exception's stack trace; empty if it has none.</summary>
    public string StackTrace { get; init; } = "";

    /// <summary>Inner exceptions, at most 16 levels deep.</summary>
    public IReadOnlyList<BlockError> Inner { get; init; } = [];

    /// <summary>True if it is an assertion of a test framework.</summary>
    public bool IsAssertion { get; init; }

    /// <summary>True if a barrier broke or timed out: usually the consequence of another block's failure.</summary>
    public bool IsBarrier { get; init; }

    /// <summary>Name of that barrier; empty otherwise.</summary>
    public string Barrier { get; init; } = "";

    /// <summary>Type and message in one line.</summary>
    public override string ToString() => $"{Type}: {Message}";
}
