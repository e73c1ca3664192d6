namespace Streams.Blocks.Verdicts;

/// <summary>Why a block is being ended.</summary>
internal enum StopCause
{
    None,
    TimeLimit,
    Requested,
}
