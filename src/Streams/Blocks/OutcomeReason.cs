namespace Streams;

/// <summary>Why a block has its <see cref="BlockOutcome"/>.</summary>
public enum OutcomeReason
{
    /// <summary>The block's final message was received (<see cref="BlockOutcome.Pass"/>, <see cref="BlockOutcome.Warn"/>).</summary>
    FinalMessage,

    /// <summary>The block threw.</summary>
    Exception,

    /// <summary>An assertion of the test framework failed in the block.</summary>
    Assertion,

    /// <summary>A command ended with an exit code other than 0.</summary>
    ExitCode,

    /// <summary>The block's set-up failed.</summary>
    SetUp,

    /// <summary>The block's tear-down failed.</summary>
    TearDown,

    /// <summary>A barrier that the block waited at broke or timed out.</summary>
    BarrierBroken,

    /// <summary>The block passed, but its result could not be sent home.</summary>
    ResultNotSendable,

    /// <summary>The worker process died under the block: a signal, a fail-fast, or it exited by itself.</summary>
    Crashed,

    /// <summary>Contact was lost for longer than the lease. The block may have run; it certainly runs no more.</summary>
    Lost,

    /// <summary>The stream had been lost before.</summary>
    StreamLost,

    /// <summary>The block never started: the host could not be reached or prepared, or its worker did not start.</summary>
    NotStarted,

    /// <summary>The block's time limit passed.</summary>
    TimedOut,

    /// <summary>A requirement was not met.</summary>
    RequirementUnmet,

    /// <summary>The author stopped the block, its stream or the collection.</summary>
    Stopped,

    /// <summary>An earlier block's failure made it pointless.</summary>
    EarlierBlockFailed,

    /// <summary>An essential stream ended, without which it is pointless (<see cref="StreamOptions.IsEssential"/>).</summary>
    EssentialStreamEnded,

    /// <summary>The run was interrupted: Ctrl-C, SIGTERM, a cancelled token, the test runner's abort.</summary>
    Aborted,

    /// <summary>A background block ended by itself, before it was stopped.</summary>
    EndedEarly,

    /// <summary>The block failed as its author had said that it would (<see cref="BlockOutcome.Pass"/>).</summary>
    ExpectedFailure,

    /// <summary>The block's author had said that it would fail, and it did not.</summary>
    UnexpectedPass,
}
