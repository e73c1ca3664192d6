using System.Text.Json;
using Streams.Results;

namespace Streams.Tests.Results;

/// <summary>What a block measured, and what it printed, in the record and its files.</summary>
public class FindingsTests
{
    [Fact]
    public async Task Measurements_are_in_every_report_and_made_safe_to_print()
    {
        await using var test = new TestRecord();
        var stream = test.Record.AddStream("client", "web2");
        var block = stream.BlockQueued("NetPerf");
        block.Started();
        block.Measured(DateTimeOffset.UnixEpoch, "through\u001b[2Jput<b>", 941.5, "Mbit/s");
        block.Measured(DateTimeOffset.UnixEpoch, "ratio", double.PositiveInfinity, "");
        block.Finished(TestRecord.Passed);
        await test.Record.DisposeAsync();

        var measurements = block.Snapshot().Measurements;
        Assert.Equal(["through\\e[2Jput<b> 941.5 Mbit/s", "ratio Infinity"], measurements.Select(measurement => measurement.ToString()));
        using var result = JsonDocument.Parse(File.ReadAllText(Path.Combine(block.Path, "result.json")));
        Assert.Equal(["941.5", "\"Infinity\""], result.RootElement.GetProperty("measurements").EnumerateArray().Select(figure => figure.GetProperty("value").GetRawText()));
        var timeline = File.ReadAllText(test["timeline.html"]);
        Assert.Contains("through\\e[2Jput&lt;b&gt; 941.5 Mbit/s\nratio Infinity</title>", timeline, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"block-measured\"", File.ReadAllText(test["events.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_measures_without_end_is_not_believed_beyond_a_bound()
    {
        await using var test = new TestRecord();
        var block = test.Record.AddStream("client", "web2").BlockQueued("NetPerf");
        for (var i = 0; i < 10_010; i++)
            block.Measured(DateTimeOffset.UnixEpoch, "x", i, "");

        Assert.Equal(10_000, block.Snapshot().Measurements.Count);
    }

    [Fact]
    public async Task Output_is_read_as_lines_while_it_comes_and_to_its_end()
    {
        await using var test = new TestRecord();
        var block = test.Record.AddStream("client", "web2").BlockQueued("NetPerf");
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var lines = block.OutputLines(finished.Task).GetAsyncEnumerator();

        var first = lines.MoveNextAsync().AsTask();
        block.Output(0, "one\r\ntw"u8);
        Assert.True(await first.DefaultTimeout());
        Assert.Equal("one", lines.Current);
        block.Output(7, "o\nthree"u8);
        Assert.True(await lines.MoveNextAsync().AsTask().DefaultTimeout());
        Assert.Equal("two", lines.Current);
        var last = lines.MoveNextAsync().AsTask();
        block.Finished(TestRecord.Passed);
        finished.SetResult();
        Assert.True(await last.DefaultTimeout());
        Assert.Equal("three", lines.Current);
        Assert.False(await lines.MoveNextAsync().AsTask().DefaultTimeout());
    }
}
