using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Streams.Results;

namespace Streams.Tests.Results;

public class CollectionRecordTests
{
    [Fact]
    public async Task Everything_lands_in_the_tree_of_the_RFC()
    {
        await using var test = new TestRecord();
        var server = test.Record.AddStream("server", "db1");
        var client = test.Record.AddStream("client", "web2");
        await RunAsync(server.BlockQueued("NetServer"));
        var perf = client.BlockQueued("NetPerf");
        perf.Started();
        perf.Logged(DateTimeOffset.UnixEpoch, LogLevel.Warning, "slow\u001b[31m\nsecond line");
        perf.Output(0, "hello\n"u8);
        perf.WhiteboardChanged("941.5");
        perf.Finished(TestRecord.Failed("only 12 Mbit/s"));
        client.SetWhiteboard("of the stream");
        await test.Record.DisposeAsync();

        Assert.Matches("^Netperf\\.Throughput\\(db1, web2\\)~[0-9a-f]{6}$", test.Record.Directory.Name);
        Assert.Equal(
            [
                "debug.log", "events.jsonl", "results.json", "results.tap",
                "streams/client/1-NetPerf/debug.log", "streams/client/1-NetPerf/output.log", "streams/client/1-NetPerf/result.json",
                "streams/client/1-NetPerf/whiteboard", "streams/client/debug.log", "streams/client/whiteboard",
                "streams/server/1-NetServer/debug.log", "streams/server/1-NetServer/result.json", "streams/server/debug.log", "timeline.html",
            ],
            Directory.EnumerateFiles(test[""], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(test[""], path)).Order(StringComparer.Ordinal));
        Assert.Equal("hello\n", File.ReadAllText(test["streams/client/1-NetPerf/output.log"]));
        Assert.Equal("941.5", File.ReadAllText(test["streams/client/1-NetPerf/whiteboard"]));
        var log = File.ReadAllLines(test["debug.log"]);
        Assert.Contains(log, line => line.EndsWith("WARN  client/1-NetPerf: slow\\e[31m", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith("WARN  client/1-NetPerf: second line", StringComparison.Ordinal));
        Assert.Contains("RESULTS    : PASS 1 | ERROR 0 | FAIL 1 | SKIP 0 | WARN 0 | INTERRUPT 0 | CANCEL 0", test.Lines);
    }

    [Fact]
    public async Task Result_is_on_record_when_Finished_returns()
    {
        await using var test = new TestRecord();
        var block = test.Record.AddStream("a", "local").BlockQueued("Noop");
        for (var i = 0; i < 100; i++)
        {
            block.Started();
            block.Finished(TestRecord.Passed, $"value {i}");
            var last = File.ReadAllLines(test["events.jsonl"])[^1];
            Assert.Contains($"\"value\":\"value {i}\"", last, StringComparison.Ordinal);
            block = test.Record.AddStream($"a{i}", "local").BlockQueued("Noop");
        }
    }

    [Fact]
    public async Task Events_are_numbered_in_order_and_each_line_is_valid_by_itself()
    {
        await using var test = new TestRecord();
        var tasks = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var stream = test.Record.AddStream($"s{i}", "local");
            for (var k = 0; k < 50; k++)
                await RunAsync(stream.BlockQueued("Block\u202e \ud800 \u001b]0;x"));
        }));
        await Task.WhenAll(tasks).DefaultTimeout();
        await test.Record.DisposeAsync();

        var text = File.ReadAllBytes(test["events.jsonl"]);
        Assert.DoesNotContain(text, value => value is not (byte)'\n' and (< 0x20 or >= 0x7f));
        var lines = Encoding.ASCII.GetString(text).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(line => line.GetProperty("n").GetInt32()));
        var times = lines.Select(line => line.GetProperty("t").GetDouble()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(400, lines.Count(line => line.GetProperty("kind").GetString() == "block-finished"));
        Assert.Equal(400, lines.Where(line => line.TryGetProperty("order", out _)).Select(line => line.GetProperty("order").GetInt32()).Distinct().Count());
    }

    [Fact]
    public async Task Blocks_of_one_stream_and_runs_of_one_test_never_share_a_directory()
    {
        using var root = new TempDirectory();
        using var run = RunResults.Start(root.Root, TimeProvider.System);
        var row1 = run.Owner(TestRecord.Test("Demo.T.M(x: a/b)", "1"));
        var row2 = run.Owner(TestRecord.Test("Demo.T.M(x: a:b)", "2"));
        var again = run.Owner(TestRecord.Test("Demo.T.M(x: a:b)", "2"));
        Assert.Equal(3, new[] { row1.Path, row2.Path, again.Path }.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(row2.Path + "~2", again.Path);
        Assert.NotEqual(row1.Stream("a").Path, row1.Stream("A").Path, StringComparer.OrdinalIgnoreCase);
        Assert.Equal("Demo.T.M(a/b)", JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run.Path, "names.json"))).RootElement.GetProperty(row1.Name).GetString());
        await RunResults.Tidied.DefaultTimeout();
    }

    [Fact]
    public async Task Reports_are_valid_while_the_collection_is_open()
    {
        await using var test = new TestRecord();
        var stream = test.Record.AddStream("a", "local");
        await RunAsync(stream.BlockQueued("First"));
        stream.BlockQueued("Second").Started();
        await test.Record.FlushAsync().DefaultTimeout();
        await Until(() => File.Exists(test["results.json"])).DefaultTimeout();

        var results = JsonDocument.Parse(File.ReadAllBytes(test["results.json"])).RootElement;
        Assert.False(results.GetProperty("complete").GetBoolean());
        Assert.Equal(1, results.GetProperty("tally").GetProperty("PASS").GetInt32());
        Assert.Empty(Directory.EnumerateFiles(test[""], "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Output_that_refuses_lines_harms_nothing()
    {
        await using var test = new TestRecord(print: _ => throw new InvalidOperationException("There is no currently active test."));
        await RunAsync(test.Record.AddStream("a", "local").BlockQueued("Block"));
        await test.Record.DisposeAsync();
        Assert.False(test.Record.IsPartial);
        Assert.Contains("\"complete\": true", File.ReadAllText(test["results.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Human_lines_tell_start_and_finish()
    {
        await using var test = new TestRecord();
        var block = test.Record.AddStream("server", "db1").BlockQueued("NetServer");
        block.Started();
        block.Finished(TestRecord.Failed("##vso[task.complete]\u001b[2J"));
        await test.Record.DisposeAsync();
        Assert.StartsWith("LOG        : /", test.Lines[0], StringComparison.Ordinal);
        Assert.Equal(" (1/1) server/1-NetServer: STARTED on db1", test.Lines[1]);
        Assert.Matches("^ \\(1/1\\) server/1-NetServer: FAIL \\(0(\\.\\d+)? s\\): #\\\\#vso\\[task.complete\\]\\\\e\\[2J$", test.Lines[2]);
        Assert.DoesNotContain(test.Lines, line => line.Any(char.IsControl));
    }

    private static async Task RunAsync(BlockRecord block)
    {
        block.Phase(BlockPhase.Triaging);
        block.Phase(BlockPhase.Ready);
        block.Started();
        await Task.Yield();
        block.Finished(TestRecord.Passed);
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }
}
