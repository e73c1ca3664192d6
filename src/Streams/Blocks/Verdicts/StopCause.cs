namespace Streams.Blocks.Verdicts;

/// <summary>Why a block is being ended.</summary>
internal enum StopCause
{
    None,
    TimeLimit,
    Requested,

    /// <summary>The tear-down did not end in its time, and the worker did not say so.</summary>
    TearDownLimit,
}
