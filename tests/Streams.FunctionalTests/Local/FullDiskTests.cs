using System.Diagnostics;
using System.Text.Json;

namespace Streams.FunctionalTests.Local;

/// <summary>A small disk that fills up while a block writes, and while its results are written (promise 42).</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : StreamsTest
{
    private readonly TempDirectory _directory = new();
    private readonly List<string> _lines = [];

    [NeedsFact(Needs.Root)]
    public async Task Verdicts_stand_and_exception_console_and_results_say_that_the_results_are_partial()
    {
        ExpectError(102);
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "streams-test", _directory.Root);
        await using var streams = new StreamCollection(Say, new StreamCollectionOptions { ResultsRoot = _directory.Root });
        var stream = streams.Add("localhost", "writer");

        // More output than the disk has room for; the block itself has no trouble.
        var wrote = stream.RunBg(() => Console.Out.Write(new string('x', 4 << 20)));
        var full = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(
            block => File.WriteAllBytes(Path.Combine(block.DataDirectory, "result.bin"), new byte[4 << 20]))).DefaultTimeout();
        var fine = await stream.RunFgAsync(() => 42).DefaultTimeout();
        output.WriteLine(full.Message);
        await streams.DisposeAsync().AsTask().DefaultTimeout();

        Assert.Equal(BlockOutcome.Pass, wrote.Result!.Outcome);
        Assert.Equal(42, fine);
        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Exception), (full.Failures[0].Outcome, full.Failures[0].Reason));
        Assert.Contains("No space left on device", full.Message, StringComparison.Ordinal);
        Assert.Contains("\n  Results: Partial, ", full.Message, StringComparison.Ordinal);
        Assert.Single(_lines, line => line.StartsWith("RESULTS ARE PARTIAL", StringComparison.Ordinal));
        Assert.StartsWith("PARTIAL    : ", _lines[^1], StringComparison.Ordinal);
        using var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(streams.ResultsDirectory, "results.json")));
        Assert.Equal("partial", results.RootElement.GetProperty("results").GetString());
        Assert.Equal((2, 1), (results.RootElement.GetProperty("tally").GetProperty("PASS").GetInt32(), results.RootElement.GetProperty("tally").GetProperty("FAIL").GetInt32()));
        Assert.Empty(Directory.EnumerateFiles(_directory.Root, "*.tmp", SearchOption.AllDirectories));
        foreach (var json in Directory.EnumerateFiles(_directory.Root, "*.json", SearchOption.AllDirectories))
            JsonDocument.Parse(File.ReadAllBytes(json)).Dispose();
        foreach (var line in File.ReadAllLines(Path.Combine(streams.ResultsDirectory, "events.jsonl")))
            JsonDocument.Parse(line).Dispose();
    }

    [Fact]
    public async Task Error_that_a_test_did_not_expect_fails_it()
    {
        var errors = LoggedErrors.Watch();
        await using (var streams = new StreamCollection(output.WriteLine))
            streams.Add("localhost").Record.Lost("the cable is cut");

        var failure = Assert.ThrowsAny<Exception>(errors.AssertNoneUnexpected);
        Assert.Contains("111: Stream localhost is lost: the cable is cut", failure.Message, StringComparison.Ordinal);
        errors.Expect(111);
        errors.AssertNoneUnexpected();
    }

    public override void Dispose()
    {
        // Lazily: the lock of the run is held as long as this process lives.
        if (new DriveInfo(_directory.Root).DriveFormat == "tmpfs")
            Run("umount", "-l", _directory.Root);
        _directory.Dispose();
        base.Dispose();
    }

    private void Say(string line)
    {
        lock (_lines)
            _lines.Add(line);
        output.WriteLine(line);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, process.ExitCode);
    }
}
