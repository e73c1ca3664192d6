namespace Streams.Blocks.References;

/// <summary>What a string is: a command line or a reference to a block. Never a guess (D3).</summary>
/// <param name="Text">The string without its prefix.</param>
/// <param name="IsReference">Whether it names a block.</param>
/// <param name="Why">What told, for the log.</param>
internal readonly record struct StringDecision(string Text, bool IsReference, string Why)
{
    private const string Exec = "exec:";
    private const string Block = "block:";

    public static StringDecision Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(Exec, StringComparison.Ordinal))
            return new(text[Exec.Length..], IsReference: false, "a command line, for it begins with exec:");
        if (text.StartsWith(Block, StringComparison.Ordinal))
            return OfReference(text);
        if (text.Length == 0 || text.Any(char.IsWhiteSpace))
            return new(text, IsReference: false, "a command line, for it has white space");
        return text.Contains('/', StringComparison.Ordinal)
            ? new(text, IsReference: false, "a command line, for it has a slash")
            : new(text, IsReference: true, "a block, for it is one bare word");
    }

    /// <summary>Where only a reference can stand.</summary>
    public static StringDecision OfReference(string text) => text.StartsWith(Block, StringComparison.Ordinal)
        ? new(text[Block.Length..].Trim(), IsReference: true, "a block, for it begins with block:")
        : new(text.Trim(), IsReference: true, "blocks");
}
