namespace Streams.FunctionalTests.Contracts;

/// <summary>What not every kind of stream can do. All that is not named here, every kind does.</summary>
[Flags]
public enum Capabilities
{
    None = 0,

    /// <summary>Blocks run in a process of their own: what they do to it, the test survives.</summary>
    Isolation = 1,

    /// <summary>A block that does not look at its cancellation is ended all the same.</summary>
    EndsAnyBlock = 2,

    /// <summary>What a block's commands leave running is ended with the block.</summary>
    EndsLeftovers = 4,

    /// <summary>What blocks print is told apart and kept with their results.</summary>
    DividesOutput = 8,

    All = Isolation | EndsAnyBlock | EndsLeftovers | DividesOutput,
}
