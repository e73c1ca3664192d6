using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Streams.FunctionalTests.Collections;

/// <summary>What blocks require of their host.</summary>
public class RequirementTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_block_whose_requirements_are_met_runs()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var here = Environment.ProcessId;
        var options = new BlockOptions
        {
            Requires = [Requires.File("/bin/sh"), Requires.Command("sh"), Requires.Command("/bin/sh"), Requires.Memory(1), Requires.That(() => Environment.ProcessId != here, "another process"), Requires.That(() => (string?)null)],
        };

        var run = streams.Add("localhost").RunBg(() => 42, options);

        Assert.Equal(42, await run.ValueAsync().DefaultTimeout());
    }

    [Fact]
    public async Task All_that_is_unmet_is_listed_and_the_block_is_skipped_without_having_started()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost", "b");
        var run = stream.RunBg(() => 42, new BlockOptions
        {
            Name = "B",
            Requires =
            [
                Requires.File("/no/such/file"), Requires.Command("netperf-that-nobody-has"), Requires.File("/bin/sh"), Requires.Port(port), Requires.Memory(1L << 60),
                Requires.That(() => false, "kernel 99"), Requires.That(() => "the moon is not full"), Requires.That(() => Array.Empty<int>().First() == 1, "a number"),
            ],
        });
        var after = stream.RunBg(() => { });
        var result = await run.Completion.DefaultTimeout();
        await after.Completion.DefaultTimeout();
        output.WriteLine(result.Message);

        Assert.Equal((BlockOutcome.Skip, OutcomeReason.RequirementUnmet), (result.Outcome, result.Reason));
        Assert.StartsWith("host localhost: no file '/no/such/file'; no 'netperf-that-nobody-has' in PATH (", result.Message, StringComparison.Ordinal);
        Assert.Contains($"; somebody listens on port {port}; ", result.Message, StringComparison.Ordinal);
        Assert.Contains("MiB of memory are available; not met: kernel 99; the moon is not full (RequirementTests.cs:", result.Message, StringComparison.Ordinal);
        Assert.Contains("; a number: could not be checked: System.InvalidOperationException", result.Message, StringComparison.Ordinal);
        Assert.False(streams.StatusOf("b/1-B").HasStarted);
        Assert.Null(result.QueuedFor);
        Assert.Equal(BlockOutcome.Pass, after.Result!.Outcome);
        await Assert.ThrowsAsync<BlocksSkippedException>(() => run.ValueAsync());

        // A skip does not fail the test, unless there is nothing else.
        await streams.WaitAsync().DefaultTimeout();
    }

    [Fact]
    public async Task Requirements_are_checked_side_by_side_and_hold_up_no_other_stream()
    {
        using var directory = new TempDirectory();
        var gate = directory["gate"];
        await using var streams = new StreamCollection(output.WriteLine);
        // Each of these waits for the other: one after the other they would never end.
        var slow = streams.Add("localhost", "slow").RunBg(() => { }, new BlockOptions
        {
            Requires = [Requires.That(() => Meets(gate + 1, gate + 2), "first"), Requires.That(() => Meets(gate + 2, gate + 1), "second"), Requires.That(() => Meets(gate + 3, gate), "the test")],
        });
        await Eventually.True(() => File.Exists(gate + 3));

        await streams.Add("localhost", "other").RunFgAsync(() => { }).DefaultTimeout();
        Assert.Equal(BlockPhase.Triaging, slow.Phase);
        await File.WriteAllTextAsync(gate, "");

        Assert.Equal(BlockOutcome.Pass, (await slow.Completion.DefaultTimeout()).Outcome);
    }

    [Fact]
    public async Task A_check_that_hangs_ends_with_the_blocks_time_limit()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(300) });
        var run = streams.Add("localhost").RunBg(() => { }, new BlockOptions { TimeLimit = TimeSpan.FromSeconds(1), Requires = [Requires.That(() => Meets("/dev/null", "/no/such/file"), "never")] });

        var result = await run.Completion.DefaultTimeout();
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task When_every_block_was_skipped_a_framework_that_cannot_skip_is_told_so()
    {
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            directory = streams.ResultsDirectory;
            streams.Add("localhost").RunBg(() => { }, new BlockOptions { Requires = [Requires.File("/no/such/file")] });
            await streams.WaitAsync().DefaultTimeout();
        }

        Assert.Contains("every block was skipped", await File.ReadAllTextAsync(Path.Combine(directory, "debug.log")), StringComparison.Ordinal);
    }

    private static bool Meets(string own, string other)
    {
        File.AppendAllText(own, "");
        var clock = Stopwatch.StartNew();
        while (!File.Exists(other))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(30))
                return false;
            Thread.Sleep(10);
        }

        return true;
    }
}
