namespace Streams.Blocks.Values;

/// <summary>What a value graph is for, and so how far its bytes are believed.</summary>
internal enum ValueUse
{
    /// <summary>Captures, controller to worker. The bytes come from the author's own test.</summary>
    Capture,

    /// <summary>A result, worker to controller. The bytes are hostile: no delegates, no type that the author's code did not ask for.</summary>
    Result,
}
