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
}
