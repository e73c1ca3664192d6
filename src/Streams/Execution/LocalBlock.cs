using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Streams.Blocks;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// One block while it runs in a local worker: turns the worker's messages into events, and ends with the block's final
/// message or, without one, with the channel.
/// </summary>
internal sealed class LocalBlock(uint ordinal, IBlockEvents events, SafeFileHandle? output, TimeProvider timeProvider) : IDisposable
{
    // Completed by the channel's reading thread. Continuations run on it on purpose: the queue records the result and starts
    // the next block there; user code is resumed elsewhere (BlockRun's source runs its continuations asynchronously).
    private readonly TaskCompletionSource<BlockFinished?> _final = new();

    private OutputFollower? _follower;

    /// <summary>The block's final message; null: the worker ended without one.</summary>
    public Task<BlockFinished?> Final => _final.Task;

    /// <summary>Where the block's output begins in the worker's file; null: it never started.</summary>
    public long? OutputStart { get; private set; }

    /// <summary>Called when the block enters its tear-down. Set before the block is sent.</summary>
    public Action? EnteredTearDown { get; set; }

    public void Receive(FromWorker message)
    {
        switch (message.KindCase)
        {
            case FromWorker.KindOneofCase.Started when message.Started.Ordinal == ordinal:
                OutputStart = message.Started.OutputOffset;
                if (output is not null)
                    _follower = new OutputFollower(output, message.Started.OutputOffset, events, timeProvider);
                events.Started();
                break;
            case FromWorker.KindOneofCase.Log when message.Log.Ordinal == ordinal:
                events.Logged(DateTimeOffset.UnixEpoch.AddTicks(message.Log.UnixUs * TimeSpan.TicksPerMicrosecond), (LogLevel)message.Log.Level, message.Log.Text);
                break;
            case FromWorker.KindOneofCase.Whiteboard when message.Whiteboard.Ordinal == ordinal:
                events.WhiteboardChanged(message.Whiteboard.Text);
                break;
            case FromWorker.KindOneofCase.SharesSync when message.SharesSync.Ordinal == ordinal:
                events.SharesSync();
                break;
            case FromWorker.KindOneofCase.Measure when message.Measure.Ordinal == ordinal:
                events.Measured(DateTimeOffset.UnixEpoch.AddTicks(message.Measure.UnixUs * TimeSpan.TicksPerMicrosecond), message.Measure.Name, message.Measure.Value, message.Measure.Unit);
                break;
            case FromWorker.KindOneofCase.Part when message.Part.Ordinal == ordinal:
                if (message.Part.Part == WirePart.PartTearDown)
                    EnteredTearDown?.Invoke();
                events.PartEntered(message.Part.Part);
                break;
            case FromWorker.KindOneofCase.Finished when message.Finished.Ordinal == ordinal:
                _follower?.Finish(message.Finished.OutputOffset);
                _final.TrySetResult(message.Finished);
                break;
        }
    }

    /// <summary>The channel has ended; without a final message the block's worker is dead or dying.</summary>
    public void ChannelEnded() => _final.TrySetResult(null);

    /// <summary>Copies what the dead worker had printed.</summary>
    public void FinishOutput() => _follower?.Finish(end: null);

    public void Dispose() => _follower?.Dispose();
}
