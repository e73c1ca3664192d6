namespace Streams.Sync;

/// <summary>Why a round of a barrier broke.</summary>
public enum BarrierCause
{
    /// <summary>The earliest time limit of its parties passed.</summary>
    Timeout,

    /// <summary>A party's connection was lost and did not come back within the grace.</summary>
    Lost,

    /// <summary>A party failed, or said that the barrier must fail.</summary>
    Failed,

    /// <summary>A party left, or ended without coming.</summary>
    Left,

    /// <summary>Parties named different counts or lists.</summary>
    Count,

    /// <summary>A waiting party withdrew its arrival.</summary>
    Cancelled,

    /// <summary>The parties that could still come are too few, or all wait for one another.</summary>
    Doomed,

    /// <summary>The barrier was reset while parties waited.</summary>
    Reset,

    /// <summary>The server was restarted and knows nothing of the round.</summary>
    Restarted,

    /// <summary>The server stopped.</summary>
    Closed,
}
