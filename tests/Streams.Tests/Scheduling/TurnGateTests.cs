using Streams.Scheduling;

namespace Streams.Tests.Scheduling;

public class TurnGateTests
{
    [Fact]
    public async Task Turns_are_taken_first_come_first_served()
    {
        var gate = new TurnGate(2);
        await gate.EnterAsync(default).DefaultTimeout();
        await gate.EnterAsync(default).DefaultTimeout();
        var third = gate.EnterAsync(default);
        var fourth = gate.EnterAsync(default);

        gate.Leave();
        await third.DefaultTimeout();
        Assert.False(fourth.IsCompleted);
        gate.Leave();
        await fourth.DefaultTimeout();
    }

    [Fact]
    public async Task Who_gives_up_holds_up_nobody()
    {
        var gate = new TurnGate(1);
        await gate.EnterAsync(default).DefaultTimeout();
        using var stop = new CancellationTokenSource();
        var givenUp = gate.EnterAsync(stop.Token);
        var next = gate.EnterAsync(default);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.DefaultTimeout());
        gate.Leave();

        await next.DefaultTimeout();
    }

    [Theory]
    [InlineData(1, 11)]
    [InlineData(3, 12)]
    public async Task Never_do_more_run_than_may_and_nobody_is_forgotten(int most, int seed)
    {
        var gate = new TurnGate(most);
        var (running, highest, done) = (0, 0, 0);
        var random = new Random(seed);
        var tasks = Enumerable.Range(0, 200).Select(_ => (GivesUp: random.Next(4) == 0, Yields: random.Next(5))).Select(one => Task.Run(async () =>
        {
            using var stop = new CancellationTokenSource();
            var turn = gate.EnterAsync(stop.Token);
            if (one.GivesUp)
                await stop.CancelAsync();
            try
            {
                await turn;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            InterlockedMax(ref highest, Interlocked.Increment(ref running));
            for (var i = 0; i < one.Yields; i++)
                await Task.Yield();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
            gate.Leave();
        }));

        await Task.WhenAll(tasks).DefaultTimeout();

        Assert.InRange(highest, 1, most);
        Assert.InRange(done, 1, 200);
        for (var i = 0; i < most; i++)
            Assert.True(gate.EnterAsync(default).IsCompletedSuccessfully);
    }

    private static void InterlockedMax(ref int highest, int value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
            Interlocked.CompareExchange(ref highest, value, seen);
    }
}
