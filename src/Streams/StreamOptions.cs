using System.Text;

namespace Streams;

/// <summary>
/// Settings of one stream. Beside where it runs and its name there is nothing else: a stream runs the test's blocks under the
/// test's own conditions, and is no test runner.
/// </summary>
public sealed record StreamOptions
{
    /// <summary>What Linux lets one environment variable be long, name and value together.</summary>
    private const int LongestVariable = 128 * 1024 - 1;

    /// <summary>Arguments and environment share 2 MiB as a rule; the worker's own environment and the arguments need their part.</summary>
    private const int LargestEnvironment = 1024 * 1024;

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
            CheckEnvironment(value);
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

    private static void CheckEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        var total = 0L;
        foreach (var (name, value) in variables)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"'{name.Replace("\0", "\\0", StringComparison.Ordinal)}' cannot be the name of an environment variable: it is empty, or has a '=' or NUL.", nameof(Environment));
            if (value.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"The value of environment variable '{name}' has a NUL, which no program could see.", nameof(Environment));
            var size = Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
            if (size > LongestVariable)
                throw new ArgumentException($"Environment variable '{name}' has {size:N0} bytes; Linux starts no program with one of more than {LongestVariable:N0} (E2BIG). Put the value into a file.", nameof(Environment));
            total += size;
        }

        if (total > LargestEnvironment)
            throw new ArgumentException($"The environment has {total:N0} bytes; of the 2 MiB that Linux gives a program for arguments and environment together a stream may add {LargestEnvironment:N0} (beyond them: E2BIG). Put large values into files.", nameof(Environment));
    }
}
