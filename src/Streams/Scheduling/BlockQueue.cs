using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Execution;

namespace Streams.Scheduling;

/// <summary>
/// One stream's queue: first in, first out, one block at a time. Whoever brings a block to an idle queue starts it himself,
/// and whoever brings the end of a block starts the next one, so that a warm block costs no change of threads here.
/// </summary>
internal sealed class BlockQueue(string stream, Func<QueuedBlock, Task> prepare, IBlockExecutor executor)
{
    private readonly Lock _gate = new();

    /// <summary>Blocks that have not been taken yet. Guarded by <see cref="_gate"/>.</summary>
    private readonly LinkedList<QueuedBlock> _waiting = [];

    /// <summary>True while somebody drains. Guarded by <see cref="_gate"/>.</summary>
    private bool _draining;

    /// <summary>Set when no further block can run: the verdict that all later ones get. Guarded by <see cref="_gate"/>.</summary>
    private BlockVerdict? _closed;

    public void Enqueue(QueuedBlock block)
    {
        block.OnStopRequested = StopIfWaiting;
        BlockVerdict? refused;
        lock (_gate)
        {
            refused = _closed;
            if (refused is null)
            {
                _waiting.AddLast(block);
                if (_draining)
                    return;
                _draining = true;
            }
        }

        if (refused is not null)
            block.Finish(refused);
        else
            _ = DrainAsync();
    }

    /// <summary>No block runs any more after this: waiting ones, and all that come, get the verdict.</summary>
    public void Close(BlockVerdict verdict)
    {
        List<QueuedBlock> waiting;
        lock (_gate)
        {
            _closed ??= verdict;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var block in waiting)
            block.Finish(verdict);
    }

    /// <summary>Takes blocks until none waits. Its only exceptions are our own mistakes; they become verdicts too.</summary>
    private async Task DrainAsync()
    {
        while (TryTake(out var block))
        {
            BlockVerdict verdict;
            try
            {
                verdict = await RunAsync(block).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                verdict = UnstartedVerdict.Failed($"Streams itself failed while it ran the block: {exception}");
            }

            block.Finish(verdict);
            if (verdict.StreamIsLost)
                Close(UnstartedVerdict.AfterLoss(stream, verdict.Message));
        }
    }

    private async ValueTask<BlockVerdict> RunAsync(QueuedBlock block)
    {
        if (block.Run.StopRequested)
            return UnstartedVerdict.Stopped();
        block.Enter(BlockPhase.Triaging);
        try
        {
            await prepare(block).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (block.Run.StopRequested)
        {
            return UnstartedVerdict.Stopped();
        }
        catch (StreamsException exception)
        {
            return UnstartedVerdict.Failed(exception.Message, streamIsLost: true);
        }

        if (block.Run.StopRequested)
            return UnstartedVerdict.Stopped();
        // The requirements are checked by the worker: until it has found them met the block is under triage.
        if (block.Specification.Requirements.Count == 0)
            block.Enter(BlockPhase.Ready);
        return await executor.RunAsync(block.Specification, block.Observer, block.Run.StopToken).ConfigureAwait(false);
    }

    private bool TryTake(out QueuedBlock block)
    {
        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                block = first.Value;
                return true;
            }

            _draining = false;
            block = null!;
            return false;
        }
    }

    private void StopIfWaiting(QueuedBlock block)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(block))
                return;
        }

        block.Finish(UnstartedVerdict.Stopped());
    }
}
