using Streams.Wire;

namespace Streams;

/// <summary>Something that a block's host must offer for the block to start. Made by <see cref="Requires"/>.</summary>
public sealed class Requirement
{
    internal Requirement(BlockRequirement wire) => Wire = wire;

    /// <summary>The requirement in words, as messages have it.</summary>
    public override string ToString() => Wire.Description;

    internal BlockRequirement Wire { get; }
}
