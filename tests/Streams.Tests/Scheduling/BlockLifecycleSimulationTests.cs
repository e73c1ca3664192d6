using Streams.Scheduling;

namespace Streams.Tests.Scheduling;

/// <summary>Whatever is tried in whatever order: phases only rise, by legal steps, and the end comes once.</summary>
public class BlockLifecycleSimulationTests
{
    private static readonly BlockPhase[] Phases = Enum.GetValues<BlockPhase>();

    /// <summary>The whole table, cell by cell, as seed BP003 has it.</summary>
    [Theory]
    [InlineData(BlockPhase.Requested, "Triaging Finished")]
    [InlineData(BlockPhase.Triaging, "Ready Finished")]
    [InlineData(BlockPhase.Ready, "Started Finished")]
    [InlineData(BlockPhase.Started, "Finished")]
    [InlineData(BlockPhase.Finished, "")]
    public void The_table_of_legal_changes(BlockPhase from, string to) =>
        Assert.Equal(to, string.Join(' ', Phases.Where(phase => BlockLifecycle.IsLegal(from, phase))));

    [Fact]
    public void Random_changes_follow_a_path_of_the_table()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var time = new ManualTimeProvider();
            var lifecycle = new BlockLifecycle(time);
            var path = new List<BlockPhase> { lifecycle.Phase };
            for (var step = 0; step < 30; step++)
            {
                time.Advance(TimeSpan.FromMilliseconds(1 + random.Next(10)));
                var (before, wanted) = (lifecycle.Phase, Phases[random.Next(Phases.Length)]);
                var entered = lifecycle.TryEnter(wanted);
                Assert.True(entered == BlockLifecycle.IsLegal(before, wanted), $"seed {seed}: {before} to {wanted}");
                Assert.Equal(entered ? wanted : before, lifecycle.Phase);
                if (entered)
                    path.Add(wanted);
            }

            Assert.Equal(path.Order(), path);
            var times = path.Select(phase => lifecycle.EnteredAfter(phase)!.Value).ToList();
            Assert.Equal(times.Order(), times);
            Assert.All(Phases.Except(path), phase => Assert.Null(lifecycle.EnteredAfter(phase)));
        }
    }

    [Fact]
    public void Of_threads_that_race_through_the_phases_exactly_one_makes_each_change()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var lifecycle = new BlockLifecycle(TimeProvider.System);
            var changes = new int[Phases.Length];
            Parallel.For(0, 8, thread =>
            {
                var random = new Random((seed * 8) + thread);
                while (lifecycle.Phase != BlockPhase.Finished)
                {
                    var wanted = Phases[random.Next(Phases.Length)];
                    if (lifecycle.TryEnter(wanted))
                        Interlocked.Increment(ref changes[(int)wanted]);
                }
            });

            Assert.All(changes, count => Assert.InRange(count, 0, 1));
            Assert.Equal(1, changes[(int)BlockPhase.Finished]);
        }
    }
}
