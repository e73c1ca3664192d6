namespace Streams;

/// <summary>
/// Settings of one stream. Beside where it runs and its name there is nothing else: a stream runs the test's blocks under the
/// test's own conditions, and is no test runner.
/// </summary>
public sealed record StreamOptions
{
    /// <summary>Words by which <see cref="StreamCollection.Tagged"/> finds the stream, such as <c>client</c>.</summary>
    /// <value>None by default.</value>
    /// <exception cref="ArgumentException">A tag is empty.</exception>
    public IReadOnlyList<string> Tags
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (var tag in value)
                ArgumentException.ThrowIfNullOrWhiteSpace(tag, nameof(Tags));
            field = [.. value];
        }
    }
    = [];

    /// <summary>What becomes of the stream's later blocks when one has failed.</summary>
    /// <value><see cref="FailurePolicy.GoOn"/> by default.</value>
    public FailurePolicy FailurePolicy { get; init; }

    /// <summary>
    /// True if the other streams are pointless without this one: when a block of it fails, or it is stopped, and when, while the
    /// author waits for the collection, all blocks of all essential streams are done, the blocks of the other streams are ended as
    /// <see cref="BlockOutcome.Cancel"/>.
    /// </summary>
    /// <value>False by default.</value>
    public bool IsEssential { get; init; }

    /// <summary>Environment variables of the stream's blocks and their commands, beside those that they inherit.</summary>
    /// <value>None by default.</value>
    /// <exception cref="ArgumentException">A name is empty or has a <c>=</c> or NUL, a value has a NUL, or it is too much for a program to be started with.</exception>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            StreamEnvironment.Check(value, nameof(Environment));
            field = new Dictionary<string, string>(value, StringComparer.Ordinal);
        }
    }
    = new Dictionary<string, string>();

    /// <summary>How long a block of this stream may run, unless the block has a limit of its own.</summary>
    /// <value><see cref="StreamCollectionOptions.BlockTimeLimit"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public TimeSpan? TimeLimit
    {
        get;
        init => field = value is { } limit ? StreamCollectionOptions.CheckLimit(limit, nameof(TimeLimit)) : null;
    }
}
