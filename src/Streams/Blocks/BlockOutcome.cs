namespace Streams;

/// <summary>How a block ended, in the words of the tally line (seed BP003).</summary>
public enum BlockOutcome
{
    /// <summary>The block's own final message says that it passed.</summary>
    Pass,

    /// <summary>Passed, with warnings.</summary>
    Warn,

    /// <summary>Not run: a requirement was not met. Does not fail the owning test.</summary>
    Skip,

    /// <summary>Not run to its end: stopped by the author, or something else failed before it. Does not fail the owning test.</summary>
    Cancel,

    /// <summary>The block itself failed: an exception, an assertion, an exit code.</summary>
    Fail,

    /// <summary>The block's worker, host or start failed: it crashed, was lost, or never started.</summary>
    Error,

    /// <summary>Ended at its time limit.</summary>
    Interrupt,
}
