using Streams.Blocks.Travel;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Agent.Tests;

/// <summary>A block with a tear-down under an agent: the same promises as on this machine.</summary>
public class TearDownTests
{
    [Fact]
    public async Task The_tear_down_runs_after_the_limit_of_a_block_that_ignores_everything_and_the_next_has_a_fresh_worker()
    {
        using var directory = new TempDirectory();
        await using var agent = RunningAgent.StartWithRealWorkers();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = new AgentExecutor(connection, new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s" });

        var verdict = await executor.RunAsync(Spec(1, new Spinning(directory["log"])), new RecordedEvents(), default).DefaultTimeout();
        var next = await executor.RunAsync(Spec(2, new Passing()), new RecordedEvents(), default).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, BlockPart.Run), (verdict.Outcome, verdict.Reason, verdict.FailedPart));
        Assert.EndsWith("it did not stop when it was asked to, and its worker was ended", verdict.Message, StringComparison.Ordinal);
        Assert.Equal("torn down", File.ReadAllText(directory["log"]));
        Assert.True(next.Outcome == BlockOutcome.Pass, next.Message);
    }

    [Fact]
    public async Task A_tear_down_may_go_on_after_the_blocks_time_and_a_stop()
    {
        using var directory = new TempDirectory();
        await using var agent = RunningAgent.StartWithRealWorkers();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = new AgentExecutor(connection, new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s" });
        using var stop = new CancellationTokenSource();

        var running = executor.RunAsync(Spec(1, new SlowTearDown(directory["log"])), new RecordedEvents(), stop.Token);
        while (!File.Exists(directory["log"]))
            await Task.Delay(5).DefaultTimeout();
        await stop.CancelAsync();
        var verdict = await running.DefaultTimeout();

        Assert.True(verdict.Outcome == BlockOutcome.Pass, verdict.Message);
        Assert.Equal("begun, ended", File.ReadAllText(directory["log"]));
    }

    private static BlockSpec Spec(uint ordinal, IBlock block)
    {
        var specification = TestSession.Spec(ordinal, "");
        specification.Instance = BlockInstances.Describe(block, "Test.cs", 1);
        (specification.TimeLimitMs, specification.GraceMs) = (2000, 200);
        return specification;
    }

    internal sealed record Spinning(string Path) : Block
    {
        public override Task RunAsync(BlockContext block)
        {
            while (true)
            {
            }
        }

        public override Task TearDownAsync(BlockContext block) => File.WriteAllTextAsync(Path, "torn down", block.Cancellation);
    }

    internal sealed record SlowTearDown(string Path) : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;

        public override async Task TearDownAsync(BlockContext block)
        {
            await File.WriteAllTextAsync(Path, "begun", block.Cancellation);
            await Task.Delay(TimeSpan.FromSeconds(3), block.Cancellation);
            await File.AppendAllTextAsync(Path, ", ended", block.Cancellation);
        }
    }

    internal sealed record Passing : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;
    }
}
