using System.Diagnostics;

namespace Streams.FunctionalTests.Local.Supervision;

/// <summary>Promises 2 and 3: every way to die is named, and the next block of the stream runs in a fresh worker.</summary>
public class DeathTests(ITestOutputHelper output)
{
    [NeedsTheory(Needs.Root)]
    [Trait("Campaign", "deaths")]
    [InlineData("wild pointer", "was ended by an access violation (SIGABRT)")]
    [InlineData("stack overflow", "was ended by a stack overflow (SIGABRT)")]
    [InlineData("FailFast", "was ended by Environment.FailFast (SIGABRT)")]
    [InlineData("abort()", "was ended by SIGABRT (abort)")]
    [InlineData("unhandled exception on another thread", "was ended by an unhandled exception (SIGABRT)")]
    [InlineData("managed out of memory", "was ended by running out of managed memory (SIGABRT)")]
    [InlineData("kernel out of memory in a memory cgroup", "was killed by the kernel, for the machine or its memory limit was out of memory,")]
    [InlineData("native SIGSEGV", "was ended by SIGSEGV (segmentation fault)")]
    [InlineData("Exit(0)", "ended the process by itself (exit code 0)")]
    [InlineData("Exit(7)", "exited with code 7")]
    [InlineData("kill -9 from outside", "was ended by SIGKILL (kill -9)")]
    [InlineData("SIGTERM from outside", "was ended by SIGTERM (asked to end)")]
    [InlineData("an exit handler that hangs", "exited with code 5 in the middle of the block, without the block's final message: not a pass; an exit handler had not returned after 1.5 s")]
    [InlineData("a foreground thread that stays", "")]
    public async Task Death_is_named_and_the_next_block_runs(string how, string words)
    {
        var group = how.StartsWith("kernel", StringComparison.Ordinal) ? MemoryGroup() : "";
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var stream = streams.Add("localhost");
            var first = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
            var dying = stream.RunBg(() => WaysToDie.Die(how, group), new BlockOptions { Name = "Dying" });
            var result = await dying.Completion.DefaultTimeout();
            var clock = Stopwatch.StartNew();
            var next = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
            if (result.Outcome != BlockOutcome.Pass)
                await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
            Campaign.TellRow(
                output, "deaths", "way to die | verdict | next block ended after | in words", $"{how} | {result.Outcome} {result.Reason} | {clock.ElapsedMilliseconds} ms | {result.Message}");

            if (words.Length == 0)
            {
                Assert.Equal((BlockOutcome.Pass, first), (result.Outcome, next)); // it hurts nobody before the worker's end
            }
            else
            {
                Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), (result.Outcome, result.Reason));
                Assert.Contains(words, result.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("ran in this worker before", IsCertain(how) ? result.Message : "", StringComparison.Ordinal);
                Assert.NotEqual(first, next);
            }
        }

        if (group.Length > 0)
            Directory.Delete(group);
    }

    [Fact]
    public async Task Worker_ends_though_a_block_left_a_foreground_thread()
    {
        int worker;
        var clock = new Stopwatch();
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var stream = streams.Add("localhost");
            await stream.RunFgAsync(() => WaysToDie.Die("a foreground thread that stays", "")).DefaultTimeout();
            worker = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
            clock.Start();
        }

        output.WriteLine($"disposed after {clock.ElapsedMilliseconds} ms");
        Assert.False(Directory.Exists($"/proc/{worker}"), "the worker still runs");
    }

    [Theory]
    [InlineData("unhandled exception", "the exception came from a thread of block 1-First, which had finished before")]
    [InlineData("exit", "block 1-First ran in this worker before, and may have left one running")]
    [InlineData("FailFast", "block 1-First ran in this worker before, and may have left one running")]
    public async Task Late_thread_of_an_earlier_block_is_not_blamed_on_the_next_one_without_a_word(string how, string words)
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        using var signal = new TempDirectory();
        var file = signal["now"];
        await stream.RunFgAsync(() => EndLater(how, file), new BlockOptions { Name = "First" }).DefaultTimeout();
        var victim = stream.RunBg(async block => await Task.Delay(Timeout.Infinite, block.Cancellation), new BlockOptions { Name = "Victim" });
        await Eventually.True(() => victim.Phase == BlockPhase.Started);

        await File.WriteAllTextAsync(file, "");
        var result = await victim.Completion.DefaultTimeout();
        output.WriteLine(result.Message);
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), (result.Outcome, result.Reason));
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_of_the_blocks_own_thread_is_blamed_on_it_alone_and_shows_the_reason_and_the_innermost_frames()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(() => Descend(300))).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.DoesNotContain("ran in this worker before", failure.Message, StringComparison.Ordinal);
        Assert.Contains("| 300 deep", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at System.Environment.FailFast", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DeathTests.Descend", failure.Message, StringComparison.Ordinal);
        Assert.Contains("more in output.log)", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Deaths that leave no doubt whose they are: the runtime prints a stack, or the worker knows the thread.</summary>
    private static bool IsCertain(string how) => how is "wild pointer" or "stack overflow" or "FailFast" or "kill -9 from outside" or "SIGTERM from outside";

    private static void Descend(int depth)
    {
        if (depth == 0)
            Environment.FailFast("300 deep");
        Descend(depth - 1);
        GC.KeepAlive(depth);
    }

    private static void EndLater(string how, string file) => new Thread(() =>
    {
        while (!File.Exists(file))
            Thread.Sleep(5);
        switch (how)
        {
            case "exit": Environment.Exit(0); break;
            case "FailFast": Environment.FailFast("late"); break;
            default: throw new InvalidOperationException("late");
        }
    }).Start();

    private static string MemoryGroup()
    {
        // Version 1 here; a small limit and no swap.
        var group = "/sys/fs/cgroup/memory/streams-test-" + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(group);
        File.WriteAllText(group + "/memory.limit_in_bytes", "268435456");
        return group;
    }
}
