namespace Streams.Execution;

/// <summary>Where a failure's reader finds the rest of the evidence.</summary>
/// <param name="Timeline">What ran when, as a page.</param>
/// <param name="Problem">Why the results are partial; null while they are whole.</param>
internal sealed record RecordedEvidence(string Timeline, string? Problem);
