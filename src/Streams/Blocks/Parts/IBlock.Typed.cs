namespace Streams;

/// <summary>A block as a type that returns a value. Records derive from <see cref="Block{T}"/>.</summary>
/// <typeparam name="T">Type of the value, which travels home under the same rules as captures.</typeparam>
public interface IBlock<T> : IBlock
{
    /// <summary>What the block is for.</summary>
    /// <returns>The block's value.</returns>
    new Task<T> RunAsync(BlockContext block);

    Task IBlock.RunAsync(BlockContext block) => RunAsync(block);
}
