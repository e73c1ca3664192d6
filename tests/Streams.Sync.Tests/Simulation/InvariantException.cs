namespace Streams.Sync.Tests.Simulation;

/// <summary>An invariant was broken in a schedule.</summary>
internal sealed class InvariantException(string invariant, string what) : Exception($"{invariant}: {what}")
{
    public string Invariant { get; } = invariant;
}
