using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Transfers;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>An upload or download in its stream's order, from its start to its verdict.</summary>
internal static class TransferRun
{
    /// <summary>Copies, and says how far it is.</summary>
    public delegate Task<TransferDone> Copy(FileTransfer transfer, Action<TransferProgress> report, CancellationToken stop);

    public static async Task<BlockVerdict> RunAsync(BlockSpec specification, IBlockEvents events, TimeProvider time, Copy copy, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(specification.TimeLimitMs > 0 ? TimeSpan.FromMilliseconds(specification.TimeLimitMs) : Timeout.InfiniteTimeSpan, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        TransferProgress? reached = null;
        events.Started();
        try
        {
            return TransferVerdicts.Passed(await copy(specification.Transfer, Report, linked.Token).ConfigureAwait(false), time.GetElapsedTime(began));
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return stop.IsCancellationRequested ? TransferVerdicts.Stopped(specification, reached) : TransferVerdicts.TimedOut(specification, reached);
        }
        catch (TransferException exception)
        {
            return TransferVerdicts.Failed(specification, exception.Message);
        }
        catch (StreamsException exception)
        {
            return TransferVerdicts.Lost(specification, exception.Message, reached);
        }
        catch (Exception exception)
        {
            // Also the author's own, from where he is told of the progress.
            return TransferVerdicts.Failed(specification, $"{exception.GetType().Name}: {exception.Message}");
        }

        void Report(TransferProgress progress)
        {
            reached = progress;
            events.Transferred(progress);
        }
    }
}
