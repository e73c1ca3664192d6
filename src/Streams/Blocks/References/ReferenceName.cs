using Streams.Processes;

namespace Streams.Blocks.References;

/// <summary>A reference taken apart: <c>assembly!Namespace.Type.Method</c>, of which only the last name is needed.</summary>
internal readonly record struct ReferenceName(string? Assembly, string Name)
{
    public static ReferenceName Parse(string reference)
    {
        var mark = reference.LastIndexOf('!');
        var (assembly, name) = mark < 0 ? (null, reference) : (reference[..mark].Trim(), reference[(mark + 1)..].Trim());
        if (assembly is { Length: 0 } || name.Length == 0)
            throw new ArgumentException($"'{PrintableText.CleanLine(reference)}' names no block; a reference is a name, or assembly!name.", nameof(reference));
        if (assembly?.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) == true)
            assembly = assembly[..^4];
        return new ReferenceName(assembly, name);
    }

    /// <summary>Whether it is this full name, or ends it at a dot.</summary>
    public bool Fits(string fullName) => IsFull(fullName) || fullName.EndsWith("." + Name, StringComparison.Ordinal);

    public bool IsFull(string fullName) => fullName == Name;
}
