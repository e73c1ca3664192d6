namespace Streams;

/// <summary>
/// Base of blocks that are records: their properties are their parameters, and they print themselves in logs and results.
/// </summary>
/// <example>
/// <code>
/// public record NetServer(int Clients) : Block
/// {
///     public override Task RunAsync(BlockContext block) => block.Sync.BarrierAsync("ready", Clients + 1);
/// }
/// </code>
/// </example>
public abstract record Block : IBlock
{
    /// <inheritdoc/>
    public virtual Task SetUpAsync(BlockContext block) => Task.CompletedTask;

    /// <inheritdoc/>
    public abstract Task RunAsync(BlockContext block);

    /// <inheritdoc/>
    public virtual Task TearDownAsync(BlockContext block) => Task.CompletedTask;
}
