namespace Streams;

/// <summary>Handles of one block with a value that was given to several streams, in the order of the streams.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed class GroupRun<T> : GroupRun
{
    private readonly IReadOnlyList<BlockRun<T>> _runs;

    internal GroupRun(IReadOnlyList<BlockRun<T>> runs)
        : base(runs) => _runs = runs;

    /// <inheritdoc cref="GroupRun.this[int]"/>
    public new BlockRun<T> this[int index] => _runs[index];

    /// <summary>The block's values, in the order of the streams, once it has passed on all of them.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the blocks.</param>
    /// <exception cref="BlockFailedException">The block did not pass on one of the streams.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled, or the block was.</exception>
    public async Task<IReadOnlyList<T>> ValuesAsync(CancellationToken cancellationToken = default)
    {
        var values = new List<T>();
        foreach (var run in _runs)
            values.Add(await run.ValueAsync(cancellationToken).ConfigureAwait(false));
        return values;
    }
}
