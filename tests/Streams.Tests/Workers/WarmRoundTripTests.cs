using System.Diagnostics;
using Streams.Blocks.Travel;
using Streams.Wire;
using Xunit.Abstractions;

namespace Streams.Tests.Workers;

/// <summary>Prints what a warm no-op block costs. A figure for people, with a bound that only a blunder breaks.</summary>
public class WarmRoundTripTests(ITestOutputHelper output)
{
    private const int Rounds = 6000;

    [Fact]
    public void Warm_no_op_block_costs_microseconds()
    {
        using var worker = new TestWorker();
        Action block = static () => { };
        var micros = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var finished = worker.ReadFinished(worker.Submit(block))!;
            micros[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            Assert.Equal(WireOutcome.OutcomePass, finished.Outcome);
        }

        Array.Sort(micros, Rounds / 2, Rounds / 2);
        var warm = micros.AsSpan(Rounds / 2);
        output.WriteLine($"warm no-op round trip: p10 {warm[warm.Length / 10]:0.0} us, median {warm[warm.Length / 2]:0.0} us, p90 {warm[warm.Length * 9 / 10]:0.0} us");
        Assert.InRange(warm[warm.Length / 10], 0, 5_000);
    }
}
