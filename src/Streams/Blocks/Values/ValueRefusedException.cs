namespace Streams.Blocks.Values;

/// <summary>A value cannot be written: which part of it, of which type, and why.</summary>
internal sealed class ValueRefusedException(string path, Type type, string reason)
    : StreamsException($"{path}: {TypeText.Of(type)} {reason}")
{
    /// <summary>The way from the root to the offending part: "cfg.Items[2].Sock".</summary>
    public string Path { get; } = path;

    /// <summary>Type of that part.</summary>
    public Type Type { get; } = type;

    /// <summary>A predicate that follows the type's name: "is bound to this process".</summary>
    public string Reason { get; } = reason;
}
