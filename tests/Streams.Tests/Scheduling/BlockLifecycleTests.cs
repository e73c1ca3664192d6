using Streams.Scheduling;

namespace Streams.Tests.Scheduling;

public class BlockLifecycleTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Only_the_next_phase_or_the_end_can_be_entered()
    {
        var phases = Enum.GetValues<BlockPhase>();
        foreach (var from in phases)
        {
            foreach (var to in phases)
            {
                var isLegal = from != BlockPhase.Finished && (to == from + 1 || to == BlockPhase.Finished);
                Assert.True(isLegal == BlockLifecycle.IsLegal(from, to), $"{from} to {to}");
            }
        }
    }

    [Fact]
    public void Each_phase_has_its_time()
    {
        var lifecycle = new BlockLifecycle(_time);
        foreach (var phase in new[] { BlockPhase.Triaging, BlockPhase.Ready, BlockPhase.Started, BlockPhase.Finished })
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(lifecycle.TryEnter(phase));
            Assert.Equal(phase, lifecycle.Phase);
        }

        Assert.Equal(TimeSpan.Zero, lifecycle.EnteredAfter(BlockPhase.Requested));
        Assert.Equal(TimeSpan.FromSeconds(3), lifecycle.EnteredAfter(BlockPhase.Started));
        Assert.Equal(TimeSpan.FromSeconds(4), lifecycle.EnteredAfter(BlockPhase.Finished));
    }

    [Fact]
    public void Phase_that_was_left_out_has_no_time()
    {
        var lifecycle = new BlockLifecycle(_time);

        Assert.True(lifecycle.TryEnter(BlockPhase.Finished));

        Assert.Null(lifecycle.EnteredAfter(BlockPhase.Started));
    }

    [Fact]
    public void Refused_change_changes_nothing()
    {
        var lifecycle = new BlockLifecycle(_time);

        Assert.False(lifecycle.TryEnter(BlockPhase.Started));

        Assert.Equal(BlockPhase.Requested, lifecycle.Phase);
        Assert.Null(lifecycle.EnteredAfter(BlockPhase.Started));
    }

    [Fact]
    public void Only_one_of_many_finishes_a_block()
    {
        var lifecycle = new BlockLifecycle(_time);
        var finished = 0;

        Parallel.For(0, 100, _ => finished += lifecycle.TryEnter(BlockPhase.Finished) ? 1 : 0);

        Assert.Equal(1, finished);
    }
}
