using Streams.Blocks.Verdicts;

namespace Streams.Execution;

/// <summary>
/// Ends a block in two steps: it is asked, and after the grace it is forced. The first cause, time limit or request, stands.
/// </summary>
internal sealed class StopSequence : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _grace;
    private readonly Action<StopCause> _ask;
    private readonly Action _force;
    private readonly ITimer? _timer;
    private readonly CancellationTokenRegistration _registration;
    private readonly TimeProvider _timeProvider;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private ITimer? _graceTimer;

    /// <summary>Guarded by <see cref="_gate"/> for writing.</summary>
    private volatile StopCause _cause;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private bool _over;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private bool _inTearDown;

    public StopSequence(TimeSpan limit, TimeSpan grace, TimeProvider timeProvider, Action<StopCause> ask, Action force, CancellationToken stop)
    {
        _grace = grace;
        _ask = ask;
        _force = force;
        _timeProvider = timeProvider;
        if (limit > TimeSpan.Zero)
            _timer = timeProvider.CreateTimer(_ => Begin(StopCause.TimeLimit), null, limit, Timeout.InfiniteTimeSpan);
        _registration = stop.UnsafeRegister(state => ((StopSequence)state!).Begin(StopCause.Requested), this);
    }

    public StopCause Cause => _cause;

    /// <summary>
    /// The block is over but for its tear-down, which nobody stops: what counts from now on is this budget of its own, after
    /// which the worker is ended.
    /// </summary>
    public void EnterTearDown(TimeSpan budget)
    {
        lock (_gate)
        {
            if (_over || _inTearDown)
                return;
            _inTearDown = true;
            _graceTimer?.Dispose();
            _graceTimer = _timeProvider.CreateTimer(_ => Force(), null, budget, Timeout.InfiniteTimeSpan);
        }

        _timer?.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _graceTimer?.Dispose();
        }

        _timer?.Dispose();
        _registration.Unregister();
    }

    private void Begin(StopCause cause)
    {
        lock (_gate)
        {
            if (_over || _inTearDown || _cause != StopCause.None)
                return;
            _cause = cause;
            _graceTimer = _timeProvider.CreateTimer(_ => Force(), null, _grace, Timeout.InfiniteTimeSpan);
        }

        _ask(cause);
    }

    private void Force()
    {
        lock (_gate)
        {
            if (_over)
                return;
            if (_cause == StopCause.None)
                _cause = StopCause.TearDownLimit;
        }

        _force();
    }
}
