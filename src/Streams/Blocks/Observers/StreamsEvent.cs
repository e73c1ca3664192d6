namespace Streams;

/// <summary>Something that happened in a collection, as an <see cref="IStreamsObserver"/> is told.</summary>
public sealed record StreamsEvent
{
    internal StreamsEvent()
    {
    }

    /// <summary>Its number in the collection, from 1. Events that were left out have numbers too.</summary>
    public long Number { get; init; }

    /// <summary>When it happened, since the collection was created.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What it tells.</summary>
    public required StreamsEventKind Kind { get; init; }

    /// <summary>Name of the stream; empty if it is about none.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Name of the block with its ordinal, <c>1-NetServer</c>; empty if it is about none.</summary>
    public string Block { get; init; } = "";

    /// <summary>The phase that the block entered.</summary>
    public BlockPhase? Phase { get; init; }

    /// <summary>The block's result, once it has finished.</summary>
    public BlockResult? Result { get; init; }

    /// <summary>What the block wrote. It comes from another process as it is: escape it before it is printed.</summary>
    public string Text { get; init; } = "";

    /// <summary>How many events were left out.</summary>
    public long LeftOut { get; init; }
}
