namespace Streams;

/// <summary>The parts of a block that is given as an instance of a type (<see cref="IBlock"/>).</summary>
public enum BlockPart
{
    /// <summary><see cref="IBlock.SetUpAsync"/>.</summary>
    SetUp,

    /// <summary><see cref="IBlock.RunAsync"/>.</summary>
    Run,

    /// <summary><see cref="IBlock.TearDownAsync"/>.</summary>
    TearDown,
}
