namespace Streams;

/// <summary>
/// A block as a type: reusable, with parameters as its properties, and with a set-up and a tear-down around what it does.
/// Records derive from <see cref="Block"/>; classes, which cannot derive from a record, implement this interface.
/// </summary>
/// <remarks>
/// An instance that is given to a stream travels to its worker field by field, under the same rules as what a lambda captures;
/// no constructor runs there. What set-up stores in a field is there for the others: all three run on the one copy.
/// </remarks>
public interface IBlock
{
    /// <summary>Prepares what the block needs. If it fails, the block does not run, but <see cref="TearDownAsync"/> does.</summary>
    Task SetUpAsync(BlockContext block) => Task.CompletedTask;

    /// <summary>What the block is for.</summary>
    Task RunAsync(BlockContext block);

    /// <summary>
    /// Undoes what set-up and run did. Always runs once set-up has begun: also after a failure, after a stop and after the
    /// block's time limit, within a limit of its own (<see cref="BlockOptions.TearDownLimit"/>) and with a
    /// <see cref="BlockContext.Cancellation"/> of its own.
    /// </summary>
    Task TearDownAsync(BlockContext block) => Task.CompletedTask;
}
