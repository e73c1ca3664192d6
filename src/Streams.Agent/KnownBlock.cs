using Streams.Wire;

namespace Streams.Agent;

/// <summary>What is remembered of a submitted block for as long as the run lasts.</summary>
internal sealed class KnownBlock(BlockId id, string digest, RemoteBlock? block)
{
    public const string Refused = "refused";

    private volatile RemoteBlock? _block = block;
    private ulong _endSequence;

    public BlockId Id => id;

    public string Digest => digest;

    public string State => _block switch
    {
        null => Volatile.Read(ref _endSequence) > 0 ? "ended" : Refused,
        { IsEnded: true } => "ended",
        { IsStarted: true } => "started",
        _ => "accepted",
    };

    /// <summary>Runs it. Afterwards nothing of it is kept but what is needed to know it again: captures may be large.</summary>
    public async Task RunAsync()
    {
        var sequence = await _block!.RunAsync().ConfigureAwait(false);
        Volatile.Write(ref _endSequence, sequence);
        _block = null;
    }

    /// <summary>True if a controller that has this event knows the block's end.</summary>
    public bool HasEndedBy(ulong sequence) => Volatile.Read(ref _endSequence) is var end && end > 0 && end <= sequence;
}
