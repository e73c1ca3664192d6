namespace Streams;

/// <summary>Finds the blocks that a reference names (seed RFC: "Resolver"). Set it in <see cref="StreamCollectionOptions.BlockResolver"/>.</summary>
public interface IBlockResolver
{
    /// <summary>
    /// Finds all blocks that the reference names, always in the same order. Called in the test's process, at the call that gives
    /// the reference to a stream.
    /// </summary>
    /// <param name="reference">As the author wrote it, without <c>block:</c>.</param>
    /// <param name="parameters">The parameters that the block is given.</param>
    /// <returns>The blocks; none if nothing is known by that name.</returns>
    /// <exception cref="ArgumentException">Nothing fits, and the message says why and what comes near.</exception>
    IReadOnlyList<FoundBlock> Resolve(string reference, BlockParameters parameters);
}
