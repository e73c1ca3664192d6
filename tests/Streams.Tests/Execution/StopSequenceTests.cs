using Streams.Blocks.Verdicts;
using Streams.Execution;

namespace Streams.Tests.Execution;

public sealed class StopSequenceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _happened = [];

    [Fact]
    public void Block_is_asked_at_its_limit_and_forced_after_the_grace()
    {
        using var sequence = Begin(Limit);

        _time.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.Empty(_happened);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["asked: TimeLimit"], _happened);
        _time.Advance(Grace - TimeSpan.FromTicks(1));
        Assert.Equal(["asked: TimeLimit"], _happened);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["asked: TimeLimit", "forced"], _happened);
    }

    [Fact]
    public void Block_is_asked_at_once_on_request_and_forced_after_the_grace()
    {
        using var sequence = Begin(Limit);

        _stop.Cancel();
        Assert.Equal(["asked: Requested"], _happened);
        _time.Advance(Grace);

        Assert.Equal(["asked: Requested", "forced"], _happened);
    }

    [Fact]
    public void First_cause_stands()
    {
        using var sequence = Begin(Limit);

        _time.Advance(Limit);
        _stop.Cancel();
        _time.Advance(Grace + Limit);

        Assert.Equal(StopCause.TimeLimit, sequence.Cause);
        Assert.Equal(["asked: TimeLimit", "forced"], _happened);
    }

    [Fact]
    public void Tear_down_has_a_budget_of_its_own_whatever_was_asked_before()
    {
        using var sequence = Begin(Limit);

        _time.Advance(Limit);
        sequence.EnterTearDown(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.Equal(["asked: TimeLimit"], _happened);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(["asked: TimeLimit", "forced"], _happened);
        Assert.Equal(StopCause.TimeLimit, sequence.Cause);
    }

    [Fact]
    public void Tear_down_is_not_stopped_by_limit_or_request_but_by_its_own_limit()
    {
        using var sequence = Begin(Limit);

        sequence.EnterTearDown(TimeSpan.FromSeconds(30));
        _stop.Cancel();
        _time.Advance(Limit + Grace);
        Assert.Empty(_happened);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["forced"], _happened);
        Assert.Equal(StopCause.TearDownLimit, sequence.Cause);
    }

    [Fact]
    public void Tear_down_without_a_limit_is_left_alone()
    {
        using var sequence = Begin(Limit);

        sequence.EnterTearDown(Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromDays(100));

        Assert.Empty(_happened);
    }

    [Fact]
    public void Nothing_happens_without_a_limit_or_request()
    {
        using var sequence = Begin(TimeSpan.Zero);

        _time.Advance(TimeSpan.FromDays(100));

        Assert.Equal(StopCause.None, sequence.Cause);
        Assert.Empty(_happened);
    }

    [Fact]
    public void Block_that_ends_within_its_grace_is_not_forced()
    {
        var sequence = Begin(Limit);
        _time.Advance(Limit);

        sequence.Dispose();
        _time.Advance(Grace);
        _stop.Cancel();

        Assert.Equal(["asked: TimeLimit"], _happened);
        Assert.Equal(0, _time.WaitingTimers);
    }

    [Fact]
    public void Block_of_a_stopped_run_is_asked_at_once()
    {
        _stop.Cancel();

        using var sequence = Begin(Limit);

        Assert.Equal(["asked: Requested"], _happened);
    }

    public void Dispose() => _stop.Dispose();

    private StopSequence Begin(TimeSpan limit) =>
        new(limit, Grace, _time, cause => _happened.Add($"asked: {cause}"), () => _happened.Add("forced"), _stop.Token);
}
