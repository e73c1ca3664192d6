using System.Globalization;
using Streams.Blocks;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>The place of a collection that was made inside a block (D22): whose it is, where its results and its sockets are.</summary>
internal sealed class Nest
{
    /// <summary>The directory of a block's nested results; that of a second collection has a number.</summary>
    public const string ResultsName = "streams";

    private readonly BlockContext _parent;
    private readonly int _number;

    private Nest(BlockContext parent)
    {
        if (parent.Specification.Directory.Length == 0)
            throw new InvalidOperationException($"Block {parent.Name} was given no directory, so a collection made in it would have none for its results.");
        _parent = parent;
        _number = parent.NewNested();
    }

    /// <summary>The parent block's identity.</summary>
    public BlockId ParentId => _parent.Specification.Id;

    /// <summary>Whose it is, for people: <c>client/1-NetPerf</c>.</summary>
    public string Owner => $"{_parent.Stream}/{_parent.Name}";

    /// <summary>The results of its blocks: below those of the block that made it.</summary>
    public string ResultsDirectory => Path.Combine(_parent.Specification.Directory, _number == 1 ? ResultsName : string.Create(CultureInfo.InvariantCulture, $"{ResultsName}~{_number}"));

    /// <summary>Where its blocks meet: a socket of its own, for a port on a host would be open to others. Null: there is no place for one.</summary>
    public string? SyncSocket => _parent.PrivateDirectory is { } directory
        ? Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{_parent.Ordinal}-{_number}.nest"))
        : null;

    /// <summary>The private directory of the worker that it is in, removed with all below it when the run ends; null in the test's own process.</summary>
    public string? WorkerDirectory => _parent.IsInProcess ? null : _parent.PrivateDirectory;

    public Action<string> Log => _parent.Log;

    public CancellationToken Cancellation => _parent.Cancellation;

    /// <summary>For a collection that is being made by the calling code; null: it is made by no block.</summary>
    /// <exception cref="InvalidOperationException">The block has ended.</exception>
    public static Nest? OfCaller() => CurrentBlock.Find() is { } parent ? new Nest(parent) : null;

    /// <summary>Its blocks are told to stop by their parent's end, so they get no longer for it than half of what the parent gets.</summary>
    public TimeSpan Grace(TimeSpan wanted)
    {
        var half = TimeSpan.FromMilliseconds(_parent.Specification.GraceMs / 2);
        return half > TimeSpan.Zero && half < wanted ? half : wanted;
    }

    /// <summary>The collection ends with the block, at the latest.</summary>
    public void EndWithBlock(IAsyncDisposable collection) => _parent.EndWithBlock(new Ending(collection));

    /// <summary>What the collections of a block shared ends with it, too: it would be swept away as the block's leftovers.</summary>
    private sealed class Ending(IAsyncDisposable collection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await collection.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                await ProcessScope.CloseIdleAsync().ConfigureAwait(false);
            }
        }
    }
}
