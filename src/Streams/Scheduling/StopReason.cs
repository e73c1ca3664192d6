namespace Streams.Scheduling;

/// <summary>Why a block is ended by something else than its own author's call: what its verdict says.</summary>
internal sealed record StopReason(OutcomeReason Reason, string Why);
