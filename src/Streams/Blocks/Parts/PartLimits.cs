namespace Streams.Blocks.Parts;

/// <summary>How long the parts may take; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
/// <param name="SetUp">Of the set-up, within the block's own limit, which its executor keeps.</param>
/// <param name="TearDown">Of the tear-down, which begins anew.</param>
/// <param name="Grace">Between asking a part to stop and going on without it.</param>
internal readonly record struct PartLimits(TimeSpan SetUp, TimeSpan TearDown, TimeSpan Grace);
