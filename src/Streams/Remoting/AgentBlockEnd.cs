using Streams.Wire;

namespace Streams.Remoting;

/// <summary>How a block came to its end at the agent: exactly one of these is set.</summary>
internal sealed record AgentBlockEnd
{
    public BlockEnded? Ended { get; init; }

    /// <summary>The agent did not take it on: it certainly never ran.</summary>
    public BlockAccepted? Refused { get; init; }

    /// <summary>Its worker ended, and nothing was said of the block itself.</summary>
    public WorkerGone? Gone { get; init; }
}
