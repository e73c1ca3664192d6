namespace Streams;

/// <summary>What becomes of a stream's later blocks when one of its blocks has failed.</summary>
public enum FailurePolicy
{
    /// <summary>They run.</summary>
    GoOn,

    /// <summary>They are <see cref="BlockOutcome.Cancel"/>, "because 2-NetPerf failed", those that are given later included.</summary>
    SkipRest,
}
