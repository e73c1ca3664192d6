using System.Text.Json;

namespace Streams.FunctionalTests.Local;

/// <summary>A block that is to fail: it passes by failing, and fails by passing.</summary>
public class ExpectedFailureTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_failure_as_expected_is_a_pass_shown_as_xfail_in_every_report()
    {
        var lines = new List<string>();
        await using var streams = new StreamCollection(line =>
        {
            output.WriteLine(line);
            lock (lines)
                lines.Add(line);
        });
        var options = new BlockOptions { Name = "Unreachable", ExpectedFailure = ExpectedFailure.Of<IOException>("no route .* db9") };

        var value = await streams.Add("localhost").RunFgAsync(int () => throw new IOException("no route to db9"), options).DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();
        var result = Assert.Single(streams[0].Results);
        await streams.DisposeAsync();

        Assert.Equal(0, value);
        Assert.Equal((BlockOutcome.Pass, OutcomeReason.ExpectedFailure, true), (result.Outcome, result.Reason, result.IsExpectedFailure));
        Assert.Equal("no route to db9", result.Error!.Message);
        Assert.Contains(lines, line => line.Contains("localhost/1-Unreachable: XFAIL", StringComparison.Ordinal));
        Assert.Contains("XFAIL", File.ReadAllText(Path.Combine(streams.ResultsDirectory, "timeline.html")), StringComparison.Ordinal);
        Assert.Contains("1-Unreachable: XFAIL", streams.RenderTimeline(), StringComparison.Ordinal);
        Assert.Contains("# TODO XFAIL failed as expected", File.ReadAllText(Path.Combine(streams.ResultsDirectory, "results.tap")), StringComparison.Ordinal);
        Assert.Contains("finished: XFAIL", File.ReadAllText(Path.Combine(result.Directory, "debug.log")), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(streams.ResultsDirectory, "results.json")));
        Assert.Equal(1, json.RootElement.GetProperty("tally").GetProperty("PASS").GetInt32());
        Assert.Equal("XFAIL", json.RootElement.GetProperty("streams")[0].GetProperty("blocks")[0].GetProperty("shownAs").GetString());
    }

    [Fact]
    public async Task A_pass_that_was_not_expected_is_a_failure()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(
            () => streams.Add("localhost").RunFgAsync(() => 1, new BlockOptions { ExpectedFailure = new ExpectedFailure { MessagePattern = "refused" } })).DefaultTimeout();

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.UnexpectedPass), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("it was expected to fail with a message like /refused/, and passed", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another message", BlockPart.Run, null, "but its message is another one")]
    [InlineData("is broken", BlockPart.SetUp, null, "but it was its run that failed")]
    [InlineData("is broken", BlockPart.Run, "System.IO.IOException", "but it failed by System.InvalidOperationException")]
    [InlineData("is broken", BlockPart.Run, null, null)]
    public async Task Another_failure_stays_one(string pattern, BlockPart part, string? type, string? why)
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);
        var options = new BlockOptions { ExpectedFailure = new ExpectedFailure { MessagePattern = pattern, Part = part, ErrorType = type } };

        var run = streams.Add("localhost").RunBg(new BlockTypeTests.Parts(directory["log"]) { Broken = ["run"] }, options);
        await run.Completion.DefaultTimeout();

        Assert.Equal(why is null ? BlockOutcome.Pass : BlockOutcome.Fail, run.Result!.Outcome);
        if (why is null)
            Assert.Equal("failed as expected: System.InvalidOperationException: run is broken", run.Result.Message);
        else
            Assert.Contains(why, (await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_fails_as_expected_has_its_exit_code_and_output()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        var expected = new BlockOptions { ExpectedFailure = new ExpectedFailure { MessagePattern = "no such disk" } };

        var listed = await stream.RunFgAsync(["sh", "-c", "echo no such disk >&2; exit 3"], expected).DefaultTimeout();
        var text = await stream.RunFgAsync("echo no such disk >&2; exit 4", expected).DefaultTimeout();

        Assert.Equal((3, 4), (listed.ExitCode, text.ExitCode));
    }

    [Fact]
    public async Task A_crash_or_a_time_limit_is_expected_only_by_name()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(100) });
        var stream = streams.Add("localhost");

        var crash = stream.RunBg(() => Environment.Exit(7), new BlockOptions { ExpectedFailure = new ExpectedFailure() });
        var named = stream.RunBg(() => Environment.Exit(7), new BlockOptions { ExpectedFailure = new ExpectedFailure { Outcome = BlockOutcome.Error, MessagePattern = "code 7" } });
        var late = stream.RunBg(
            block => Task.Delay(Timeout.Infinite, block.Cancellation),
            new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(200), ExpectedFailure = new ExpectedFailure { Outcome = BlockOutcome.Interrupt } });
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, BlockOutcome.Pass, BlockOutcome.Pass), (crash.Result!.Outcome, named.Result!.Outcome, late.Result!.Outcome));
    }
}
