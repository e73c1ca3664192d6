namespace Streams;

/// <summary>One block that a reference was found to name.</summary>
public sealed class FoundBlock
{
    /// <summary>An instance of a block type.</summary>
    /// <param name="name">The block's full name, for messages and logs.</param>
    /// <param name="block">The block.</param>
    public FoundBlock(string name, IBlock block)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(block);
        (Name, Block) = (name, block);
    }

    /// <summary>A method that takes nothing or a <see cref="BlockContext"/>.</summary>
    /// <param name="name">The block's full name, for messages and logs.</param>
    /// <param name="method">The method, as a delegate that can travel.</param>
    public FoundBlock(string name, Delegate method)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(method);
        (Name, Method) = (name, method);
    }

    /// <summary>The block's full name.</summary>
    public string Name { get; }

    /// <summary>The block; null if it is a method.</summary>
    public IBlock? Block { get; }

    /// <summary>The method; null if it is an instance of a block type.</summary>
    public Delegate? Method { get; }
}
