using Streams.Scheduling;

namespace Streams;

/// <summary>
/// Handle of a block that was given to a stream with <c>RunBg</c>. Not awaitable itself, so that a call that starts something
/// in the background and goes on needs no discard: await <see cref="Completion"/>, or wait for the whole collection.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The token source has no timer and no handle of the system; a handle that authors keep should not have to be disposed.")]
public class BlockRun
{
    private readonly TaskCompletionSource<BlockResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private StopReason? _stopReason;

    internal BlockRun(QueuedBlock block) => Block = block;

    /// <summary>Name of the stream that the block runs on.</summary>
    public string Stream => Block.StreamName;

    /// <summary>The block's place in its stream: 1, 2, 3, ...</summary>
    public int Ordinal => Block.Ordinal;

    /// <summary>The block's name with its ordinal, for example <c>2-NetPerf</c>.</summary>
    public string Name => Block.Name;

    /// <summary>Where the block is in its life.</summary>
    public BlockPhase Phase => Block.Lifecycle.Phase;

    /// <summary>The result once the block has finished; null before.</summary>
    public BlockResult? Result => _completion.Task.IsCompletedSuccessfully ? _completion.Task.Result : null;

    /// <summary>
    /// Completes when the block has finished, however it ended. It never fails: look at <see cref="BlockResult.Outcome"/>, or
    /// let <see cref="StreamCollection.WaitAsync(bool, CancellationToken)"/> throw.
    /// </summary>
    public Task<BlockResult> Completion => _completion.Task;

    /// <summary>
    /// What the block prints, line by line while it runs (within a fraction of a second), until it has finished; from the first
    /// line on, as often as one likes. Raw: a program may print control characters. The same as <c>output.log</c> of the
    /// block's directory, with a line in the place of output that was left out.
    /// </summary>
    public IAsyncEnumerable<string> Output => Block.Observer.OutputLines(Completion);

    internal QueuedBlock Block { get; }

    internal CancellationToken StopToken => _stop.Token;

    /// <summary>True when the block's end was asked for, by its author or because of something else.</summary>
    internal bool StopRequested => _stop.IsCancellationRequested;

    /// <summary>What else than its author's call ends the block; the first reason stands.</summary>
    internal StopReason? StopReason => Volatile.Read(ref _stopReason);

    /// <summary>
    /// Stops the block: a queued one never starts; a running one is asked to stop (its <see cref="BlockContext.Cancellation"/>)
    /// and ended with its worker after the grace. Its outcome is <see cref="BlockOutcome.Cancel"/>, which does not fail the
    /// owning test. Does nothing to a finished block.
    /// </summary>
    /// <returns>The block's result.</returns>
    public async Task<BlockResult> StopAsync()
    {
        RequestStop();
        return await Completion.ConfigureAwait(false);
    }

    /// <summary>The block is about to be ended for this reason: whatever it suffers from now on follows from it.</summary>
    internal void MarkStop(StopReason reason)
    {
        if (!StopRequested)
            Interlocked.CompareExchange(ref _stopReason, reason, null);
    }

    internal void RequestStop()
    {
        // The callbacks send a message to the worker; run them on the pool, so that a full socket cannot hold up the author.
        _ = _stop.CancelAsync();
        Block.StopRequested();
    }

    internal bool TryFinish(BlockResult result) => _completion.TrySetResult(result);
}
