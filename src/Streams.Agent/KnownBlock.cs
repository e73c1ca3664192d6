using Streams.Wire;

namespace Streams.Agent;

/// <summary>What is remembered of a submitted block for as long as the run lasts.</summary>
internal sealed record KnownBlock(BlockId Id, string Digest, RemoteBlock? Block)
{
    public const string Refused = "refused";

    public string State => Block switch
    {
        null => Refused,
        { IsEnded: true } => "ended",
        { IsStarted: true } => "started",
        _ => "accepted",
    };
}
