namespace Streams;

/// <summary>What a <see cref="StreamsEvent"/> tells.</summary>
public enum StreamsEventKind
{
    /// <summary>A stream was added; <see cref="StreamsEvent.Text"/> is its host.</summary>
    StreamAdded,

    /// <summary>A block entered <see cref="StreamsEvent.Phase"/>; with <see cref="BlockPhase.Finished"/> comes its result.</summary>
    BlockPhase,

    /// <summary>A block logged <see cref="StreamsEvent.Text"/>.</summary>
    BlockLog,

    /// <summary>A block's whiteboard changed to <see cref="StreamsEvent.Text"/>.</summary>
    BlockWhiteboard,

    /// <summary>This observer was too slow: <see cref="StreamsEvent.LeftOut"/> events before this one were left out.</summary>
    EventsLeftOut,

    /// <summary>The collection was closed; no further event comes.</summary>
    CollectionClosed,
}
