using Streams.Blocks.Parts;

namespace Streams;

public sealed partial class BlockContext
{
    /// <summary>Tells the controller that the block enters one of its parts.</summary>
    internal void EnterPart(BlockPart part) => _channel.EnterPart(BlockParts.ToWire(part));

    /// <summary>The block's own limits are kept by whoever runs its parts.</summary>
    internal void UseCancellation(CancellationToken cancellation) => Cancellation = cancellation;

    /// <summary>
    /// The tear-down begins: what was cancelled is so no more, and the time is its own. A client that ended with the block's
    /// cancellation is replaced by another one of the same party, for a tear-down may meet the others, too.
    /// </summary>
    internal void BeginTearDown(TimeSpan limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var wasCancelled = Cancellation.IsCancellationRequested;
            Cancellation = cancellation;
            _limit = limit;
            _clock.Restart();
            // What is collected counts on the tear-down's own time.
            Volatile.Write(ref _cancelledAt, -1);
            if (_sync is not { } client)
                return;
            if (wasCancelled)
                _sync = null;
            else
                EndWithCancellation(client);
        }
    }
}
