namespace Streams.Sync.State;

/// <summary>The figures that the state machine works with.</summary>
internal sealed record MachineOptions
{
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(250);
    public int MaxNames { get; init; } = 10_000;
    public long MaxStoredBytes { get; init; } = 1L << 30;
    public bool Propagate { get; init; } = true;
    public string? Collection { get; init; }

    /// <summary>A party heard within this time is taken to be alive.</summary>
    public TimeSpan Fresh => 2 * Heartbeat;
}
