namespace Streams.Sync;

/// <summary>How a party ended.</summary>
public sealed record SyncPartyEnd
{
    /// <summary>The outcome in one word, such as <c>PASS</c> or <c>FAIL</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>What happened in one sentence, such as <c>netserver exited with 127</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// Whether nobody meant it to end this way: rounds that can no longer be completed then break with this end as
    /// their cause.
    /// </summary>
    public bool IsUnexpectedFailure { get; init; }
}
