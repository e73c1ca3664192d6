namespace Streams;

/// <summary>Where a block is in its life (seed BP003). Phases only ever rise.</summary>
public enum BlockPhase
{
    /// <summary>Queued on its stream.</summary>
    Requested,

    /// <summary>At the head of its queue: its requirements are being checked and its worker is made ready.</summary>
    Triaging,

    /// <summary>May start.</summary>
    Ready,

    /// <summary>The worker said that the block runs. A started worker process alone is not a started block.</summary>
    Started,

    /// <summary>Has its outcome.</summary>
    Finished,
}
