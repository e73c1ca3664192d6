namespace Streams.Sync;

/// <summary>One round of a barrier that ended: who waited, for how long, and how it went.</summary>
/// <param name="Barrier">The barrier's name.</param>
/// <param name="Number">The number of the round, from 1.</param>
/// <param name="Expected">How many parties it needed.</param>
/// <param name="Waits">Each party that arrived and how long it waited, in order of arrival.</param>
/// <param name="Cause">Why it broke, or <see langword="null"/> when it passed.</param>
/// <param name="By">The party that broke it, when there is one.</param>
/// <param name="Report">The wait report of a broken round.</param>
public sealed record SyncRound(
    string Barrier,
    long Number,
    int Expected,
    IReadOnlyList<KeyValuePair<string, TimeSpan>> Waits,
    BarrierCause? Cause,
    string? By,
    string? Report);
