using Streams.Wire;

namespace Streams;

public sealed partial class BlockContext
{
    /// <summary>Collections that the block made, in order. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<IAsyncDisposable> _nested = [];

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private int _nestedCount;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private bool _hasEnded;

    internal BlockSpec Specification => _specification;

    /// <summary>Where the block's sockets may lie; null: nowhere.</summary>
    internal string? PrivateDirectory => _channel.PrivateDirectory;

    /// <summary>True if the block runs in the test's own process.</summary>
    internal bool IsInProcess => _channel.IsInProcess;

    /// <summary>The number of a new collection in this block: 1, 2, 3, ...</summary>
    /// <exception cref="InvalidOperationException">The block has ended.</exception>
    internal int NewNested()
    {
        lock (_gate)
        {
            RefuseIfEndedLocked();
            return ++_nestedCount;
        }
    }

    /// <summary>Takes care that the collection ends with the block.</summary>
    /// <exception cref="InvalidOperationException">The block has ended.</exception>
    internal void EndWithBlock(IAsyncDisposable nested)
    {
        lock (_gate)
        {
            RefuseIfEndedLocked();
            _nested.Add(nested);
        }
    }

    /// <summary>Ends the collections that the block made and did not dispose of, last one first. Fails for failures that nobody has been told.</summary>
    internal async Task CloseNestedAsync()
    {
        List<IAsyncDisposable> nested;
        lock (_gate)
        {
            _hasEnded = true;
            nested = [.. _nested];
        }

        var failures = new List<Exception>();
        for (var i = nested.Count - 1; i >= 0; i--)
        {
            try
            {
                await nested[i].DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The others have to end all the same.
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
            throw failures.Count == 1 ? failures[0] : new AggregateException("Several collections that the block made had failures that nobody had been told.", failures);
    }

    private void RefuseIfEndedLocked()
    {
        if (_hasEnded)
            throw new InvalidOperationException($"Block {Name} has ended, and nothing of it may go on: a collection made now would have no test that it belongs to. Await in the block what makes the collection.");
    }
}
