namespace Streams.FunctionalTests.Contracts;

/// <summary>
/// What an author may rely on, wherever a stream runs: one suite for all kinds of stream. A kind is a class with one theory
/// (<see cref="InProcessStreamTests"/> is the shortest). Cases are in the other parts, one subject each.
/// </summary>
public abstract partial class StreamContract(SharedStream shared, ITestOutputHelper output)
{
    /// <summary>Long enough for a loaded machine, short enough to see a wait that nobody answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected abstract StreamKind Kind { get; }

    /// <summary>A stream that other cases use, too: for those that do it no harm.</summary>
    protected ExecutionStream Shared => shared.Of(Kind);

    protected ITestOutputHelper Output => output;

    /// <summary>A collection of the case's own.</summary>
    protected StreamCollection NewCollection(StreamCollectionOptions? options = null)
    {
        options ??= new StreamCollectionOptions();
        return new(output.WriteLine, Kind.Options with { Grace = options.Grace, BlockTimeLimit = options.BlockTimeLimit });
    }

    protected ExecutionStream Add(StreamCollection streams, string? name = null) => streams.Add(Kind.Host, name);

    private static async Task StartedAsync(BlockRun run)
    {
        await Eventually.True(() => run.Phase >= BlockPhase.Started);
        Assert.Equal(BlockPhase.Started, run.Phase);
    }

    /// <summary>The block's failure, of which the author is told.</summary>
    private async Task<BlockFailedException> FailureOfAsync(Task running)
    {
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => running).DefaultTimeout();
        output.WriteLine(failure.Message);
        return failure;
    }
}
