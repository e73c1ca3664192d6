namespace Streams.Sync.State;

/// <summary>One connection as the state machine sees it.</summary>
internal sealed class Session(object? connection = null)
{
    /// <summary>What the machine's outputs are delivered to; the machine never looks at it.</summary>
    public object? Connection { get; } = connection;

    /// <summary>The party it greeted as; null before that and after it was fenced or lost.</summary>
    public Party? Party { get; set; }

    /// <summary>The party it was until the connection broke.</summary>
    public Party? Former { get; set; }
}
