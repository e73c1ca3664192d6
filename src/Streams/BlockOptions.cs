using Streams.Scheduling;

namespace Streams;

/// <summary>Settings of one block.</summary>
public sealed record BlockOptions
{
    /// <summary>The block's name, used in messages and as its directory's name after its ordinal.</summary>
    /// <value>By default made from the method, or from file and line of a lambda.</value>
    /// <exception cref="ArgumentException">It is empty, longer than 1,000 bytes, or has control characters.</exception>
    public string? Name
    {
        get;
        init
        {
            if (value is not null)
                StreamNames.Check(value, "block");
            field = value;
        }
    }

    /// <summary>How long the block may run before it is ended as <see cref="BlockOutcome.Interrupt"/>.</summary>
    /// <value><see cref="StreamCollectionOptions.BlockTimeLimit"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public TimeSpan? TimeLimit
    {
        get;
        init => field = value is { } limit ? StreamCollectionOptions.CheckLimit(limit, nameof(TimeLimit)) : null;
    }

    /// <summary>What the block's host must offer. Checked there, all side by side, before the block starts; unmet: it is <see cref="BlockOutcome.Skip"/>.</summary>
    /// <value>Nothing by default.</value>
    public IReadOnlyList<Requirement> Requires { get; init; } = [];

    /// <summary>True for a block that runs until it is stopped (<c>Background</c>).</summary>
    internal bool IsBackground { get; init; }

    /// <summary>
    /// True: the block gets a worker process of its own, begun for it and ended after it. Nothing of earlier blocks is there,
    /// neither static fields nor <see cref="BlockContext.State"/> nor kept commands, and nothing of this one stays.
    /// </summary>
    /// <value>False by default: blocks of a stream share its worker.</value>
    public bool FreshProcess { get; init; }

    /// <summary>For commands: true if an exit code other than 0 is not a failure.</summary>
    /// <value>False by default.</value>
    public bool AllowFailure { get; init; }

    /// <summary>For commands: what it reads from its standard input. A text or an array of bytes converts to it by itself.</summary>
    /// <value>Nothing by default: the command reads an end of file at once.</value>
    public CommandInput? StandardInput { get; init; }

    /// <summary>
    /// The block's parameters: a dictionary with texts as keys, or an object with properties (a record, an anonymous object). The
    /// block finds them in <see cref="BlockContext.Parameters"/>, or as an object by <see cref="BlockContext.ParametersAs{T}"/>;
    /// they travel under the same rules as captures, and their texts are kept in the results: pass no secrets.
    /// </summary>
    /// <value>None by default.</value>
    public object? Parameters { get; init; }

    /// <summary>For block types: how long the set-up may take, within the block's own limit.</summary>
    /// <value>As long as the block by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public TimeSpan? SetUpLimit
    {
        get;
        init => field = value is { } limit ? StreamCollectionOptions.CheckLimit(limit, nameof(SetUpLimit)) : null;
    }

    /// <summary>
    /// For block types: how long the tear-down may take. It has this time to itself: it also runs after a stop, and after the
    /// block's own limit has passed.
    /// </summary>
    /// <value>30 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or longer than about 24 days.</exception>
    public TimeSpan? TearDownLimit
    {
        get;
        init => field = value is { } limit ? StreamCollectionOptions.CheckLimit(limit, nameof(TearDownLimit)) : null;
    }

    /// <summary>The failure that the block is to have: then it has passed, shown as <c>XFAIL</c>; if it passes instead, it has failed.</summary>
    /// <value>None by default. A block that failed as expected has no value: <c>RunFgAsync</c> returns the type's default.</value>
    public ExpectedFailure? ExpectedFailure { get; init; }
}
