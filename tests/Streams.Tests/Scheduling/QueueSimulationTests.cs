using Streams.Blocks;

namespace Streams.Tests.Scheduling;

/// <summary>A queue whose blocks end, fail, are stopped and cut off in random order keeps its promises.</summary>
public class QueueSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_block_gets_one_result_in_order_and_none_runs_after_the_cut(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var queue = new TestQueue();
            var blocks = new List<TestBlock>();
            for (var i = 0; i < 12; i++)
            {
                blocks.Add(queue.Add(() => TestQueue.Verdict(random.Next(2) == 0 ? BlockOutcome.Pass : BlockOutcome.Fail, OutcomeReason.FinalMessage)));
                var victim = blocks[random.Next(blocks.Count)];
                switch (random.Next(4))
                {
                    case 0:
                        victim.Run.RequestStop();
                        break;
                    case 1:
                        victim.Executing.Continue();
                        break;
                    case 2 when random.Next(6) == 0:
                        queue.Close(TestQueue.Verdict(BlockOutcome.Cancel, OutcomeReason.EarlierBlockFailed));
                        break;
                }
            }

            foreach (var block in blocks)
                block.Executing.Continue();
            var results = await Task.WhenAll(blocks.Select(block => block.Run.Completion)).DefaultTimeout();

            Assert.Equal(Enumerable.Range(1, blocks.Count), results.Select(result => result.Ordinal));
            var executed = queue.Executed.Select(int.Parse).ToList();
            Assert.Equal(executed.Distinct().Order(), executed);
            Assert.All(results.Where(result => result.Reason == OutcomeReason.EarlierBlockFailed), result => Assert.DoesNotContain(result.Ordinal, executed));
            Assert.All(results, result => Assert.Equal(BlockPhase.Finished, blocks[result.Ordinal - 1].Run.Phase));
        }
    }
}
