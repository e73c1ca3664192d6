namespace Streams.Scheduling;

/// <summary>What a block's end means for other blocks: failure policy, essential streams.</summary>
internal interface IStreamRules
{
    /// <summary>The block has its result, and nobody has been told: who is ended because of it can be marked before he hears of it elsewhere.</summary>
    void Ending(BlockResult result);

    /// <summary>The block's end is told.</summary>
    void Ended(BlockResult result);
}
