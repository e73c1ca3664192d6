using Streams.Processes;

namespace Streams.Scheduling;

/// <summary>
/// The legal phase changes of a block, with their times (seed BP003): the only writer of a block's phase. Phases only rise;
/// any phase may go straight to <see cref="BlockPhase.Finished"/>, once.
/// </summary>
internal sealed class BlockLifecycle(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();

    /// <summary>When each phase was entered, as a timestamp of the time provider; 0: not entered. Guarded by <see cref="_gate"/>.</summary>
    private readonly long[] _entered = InitialTimes(timeProvider);

    /// <summary>Guarded by <see cref="_gate"/> for writing; a torn read is impossible.</summary>
    private volatile int _phase = (int)BlockPhase.Requested;

    public BlockPhase Phase => (BlockPhase)_phase;

    /// <summary>A timestamp of the block's clock.</summary>
    public long Now => timeProvider.GetTimestamp();

    /// <summary>Whether a block in one phase may enter the other.</summary>
    public static bool IsLegal(BlockPhase from, BlockPhase to) => (from, to) switch
    {
        (BlockPhase.Finished, _) => false,
        (_, BlockPhase.Finished) => true,
        (BlockPhase.Requested, BlockPhase.Triaging) => true,
        (BlockPhase.Triaging, BlockPhase.Ready) => true,
        (BlockPhase.Ready, BlockPhase.Started) => true,
        _ => false,
    };

    /// <summary>The failpoint of a change: <c>block.ready-started</c>.</summary>
    public static string FailpointOf(BlockPhase from, BlockPhase to) => $"block.{from}-{to}".ToLowerInvariant();

    /// <summary>Enters the phase if that is legal, and says whether it was.</summary>
    public bool TryEnter(BlockPhase phase)
    {
        lock (_gate)
        {
            if (!IsLegal(Phase, phase))
                return false;
            if (Failpoint.IsArmed)
                Failpoint.Hit(FailpointOf(Phase, phase));
            _entered[(int)phase] = timeProvider.GetTimestamp();
            _phase = (int)phase;
            return true;
        }
    }

    /// <summary>How long after the request the phase was entered; null if it never was.</summary>
    public TimeSpan? EnteredAfter(BlockPhase phase)
    {
        lock (_gate)
        {
            var entered = _entered[(int)phase];
            return entered == 0 ? null : timeProvider.GetElapsedTime(_entered[(int)BlockPhase.Requested], entered);
        }
    }

    /// <summary>How long ago this timestamp of <see cref="Now"/> was.</summary>
    public TimeSpan ElapsedSince(long timestamp) => timeProvider.GetElapsedTime(timestamp);

    private static long[] InitialTimes(TimeProvider timeProvider)
    {
        var times = new long[(int)BlockPhase.Finished + 1];
        times[(int)BlockPhase.Requested] = Math.Max(1, timeProvider.GetTimestamp());
        return times;
    }
}
