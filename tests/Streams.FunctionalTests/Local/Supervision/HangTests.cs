using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>Promises 1 and 7: a block that hangs ends within its limit and the grace, and it is told where it hung.</summary>
public class HangTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    [Theory]
    [Trait("Campaign", "hangs")]
    [InlineData("sleep", "HangTests.SleepForEver")]
    [InlineData("busy loop", "HangTests.SpinForEver")]
    [InlineData("lock deadlock", "HangTests.WaitForLock")]
    [InlineData("awaiting", "at Streams.FunctionalTests.Local.Supervision.HangTests.AwaitForEver (async)")]
    [InlineData("native sleep", "HangTests.NativeSleep")]
    [InlineData("a worker that is stopped", "stopped")]
    public async Task Hang_ends_in_time_and_is_told(string how, string where)
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = Grace });
        var stream = streams.Add("localhost");
        await stream.RunFgAsync(() => { }).DefaultTimeout(); // the worker's start is not the block's time
        var clock = Stopwatch.StartNew();
        var hanging = stream.RunBg(() => HangAsync(how), new BlockOptions { Name = "Hanging", TimeLimit = Limit });
        var behind = stream.RunBg(() => 42);

        var result = await hanging.Completion.DefaultTimeout();
        var ended = clock.Elapsed;
        await behind.Completion.DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        Campaign.TellRow(output, "hangs", "way to hang | verdict | past limit and grace", $"{how} | {result.Outcome} | {(ended - Limit - Grace).TotalMilliseconds:0} ms");
        output.WriteLine(failure.Message);

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (result.Outcome, result.Reason));
        Assert.Contains(result.OutputTail, line => line.Contains(where, StringComparison.Ordinal));
        Assert.Equal(BlockOutcome.Pass, behind.Result!.Outcome);
        Assert.InRange(ended, Limit, Limit + Grace + TimeSpan.FromSeconds(10)); // loosely: the machine may be busy
    }

    [Fact]
    public async Task Report_lies_beside_the_blocks_results()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = Grace });
        var stream = streams.Add("localhost");
        await stream.RunFgAsync(() => { }).DefaultTimeout();
        var hanging = stream.RunBg(() => SleepForEver(), new BlockOptions { TimeLimit = Limit });

        var result = await hanging.Completion.DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Contains("HangTests.SleepForEver", await File.ReadAllTextAsync(Path.Combine(result.Directory, "hang.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_that_stops_in_its_grace_is_not_disturbed()
    {
        BlockResult result;
        await using (var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = Grace }))
        {
            var stream = streams.Add("localhost");
            var before = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
            var stopping = stream.RunBg(StopSlowly, new BlockOptions { TimeLimit = Limit });
            result = await stopping.Completion.DefaultTimeout();
            await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
            Assert.Equal(before, await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout());
        }

        Assert.Equal(OutcomeReason.TimedOut, result.Reason);
        Assert.Equal("cleared up\n", await File.ReadAllTextAsync(Path.Combine(result.Directory, "output.log")));
    }

    private static void StopSlowly(BlockContext block)
    {
        block.Cancellation.WaitHandle.WaitOne();
        Thread.Sleep(Grace / 4);
        Console.WriteLine("cleared up");
    }

    private static Task HangAsync(string how)
    {
        switch (how)
        {
            case "sleep": SleepForEver(); break;
            case "busy loop": SpinForEver(); break;
            case "lock deadlock": WaitForLock(); break;
            case "awaiting": return AwaitForEver();
            case "native sleep": _ = NativeSleep(1000); break;
            case "a worker that is stopped":
                _ = Kill(Environment.ProcessId, 19);
                SleepForEver(); // the stop reaches this thread a moment later
                break;
        }

        return Task.CompletedTask;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SleepForEver() => Thread.Sleep(Timeout.Infinite);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SpinForEver()
    {
        for (var i = 0L; ; i++)
            GC.KeepAlive(i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WaitForLock()
    {
        var gate = new object();
        using var taken = new ManualResetEventSlim();
        new Thread(() =>
        {
            lock (gate)
            {
                taken.Set();
                SleepForEver();
            }
        }) { IsBackground = true, Name = "holds the lock" }.Start();
        taken.Wait();
        lock (gate)
            GC.KeepAlive(gate);
    }

    private static async Task AwaitForEver() => await Inner();

    private static async Task Inner() => await new TaskCompletionSource().Task;

    [DllImport("libc", EntryPoint = "sleep")]
    private static extern uint NativeSleep(uint seconds);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
