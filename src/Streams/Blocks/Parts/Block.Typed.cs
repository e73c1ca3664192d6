namespace Streams;

/// <summary>Base of blocks that are records and return a value.</summary>
/// <typeparam name="T">Type of the value, which travels home under the same rules as captures.</typeparam>
public abstract record Block<T> : IBlock<T>
{
    /// <inheritdoc cref="IBlock.SetUpAsync"/>
    public virtual Task SetUpAsync(BlockContext block) => Task.CompletedTask;

    /// <inheritdoc/>
    public abstract Task<T> RunAsync(BlockContext block);

    /// <inheritdoc cref="IBlock.TearDownAsync"/>
    public virtual Task TearDownAsync(BlockContext block) => Task.CompletedTask;
}
