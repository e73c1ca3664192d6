using System.Diagnostics;
using System.Text.Json;
using Streams.Results;

namespace Streams.Tests.Results;

public class DiskTroubleTests
{
    [NeedsFact(Needs.Root)]
    public async Task Full_disk_is_said_once_and_leaves_nothing_half_written_under_a_final_name()
    {
        using var root = new TempDirectory();
        using var disk = new SmallDisk(root.Root, "size=400k");
        var test = new TestRecord(root.Root);
        await using (test)
        {
            var stream = test.Record.AddStream("a", "local");
            for (var i = 0; i < 300; i++)
            {
                var block = stream.BlockQueued("Fill");
                block.Started();
                block.Output(0, new byte[3000]);
                block.FileChunk("data.bin"u8, 0, new byte[1000], last: true, System.Security.Cryptography.SHA256.HashData(new byte[1000]), null);
                block.Finished(TestRecord.Passed);
            }

            await test.Record.DisposeAsync();
            Assert.True(test.Record.IsPartial);
            Assert.Single(test.Lines, line => line.StartsWith("RESULTS ARE PARTIAL", StringComparison.Ordinal));
            Assert.Contains("RESULTS    : PASS 300 | ERROR 0 | FAIL 0 | SKIP 0 | WARN 0 | INTERRUPT 0 | CANCEL 0", test.Lines);
            Assert.NotEmpty(File.ReadAllLines(test["events.jsonl"]).Select(line => JsonDocument.Parse(line)));
            foreach (var json in Directory.EnumerateFiles(root.Root, "*.json", SearchOption.AllDirectories))
                JsonDocument.Parse(File.ReadAllBytes(json));
            Assert.All(Directory.EnumerateFiles(root.Root, "data.bin", SearchOption.AllDirectories), file => Assert.Equal(1000, new FileInfo(file).Length));
            Assert.Empty(Directory.EnumerateFiles(root.Root, "*.tmp", SearchOption.AllDirectories));
            var results = JsonDocument.Parse(File.ReadAllBytes(test["results.json"])).RootElement;
            Assert.Equal("partial", results.GetProperty("results").GetString());
            Assert.True(results.GetProperty("complete").GetBoolean());
            Assert.Equal(300, results.GetProperty("tally").GetProperty("PASS").GetInt32());
            Assert.StartsWith("PARTIAL    : ", test.Lines[^1], StringComparison.Ordinal);
        }
    }

    [NeedsFact(Needs.Root)]
    public async Task Results_that_were_called_complete_are_called_partial_when_the_disk_fills_up()
    {
        using var root = new TempDirectory();
        using var disk = new SmallDisk(root.Root, "size=400k");
        await using var test = new TestRecord(root.Root);
        var stream = test.Record.AddStream("a", "local");
        stream.BlockQueued("First").Finished(TestRecord.Passed);
        await test.Record.FlushAsync().DefaultTimeout();
        await Eventually.True(() => File.Exists(test["results.json"]));
        Assert.Equal("complete", Results());

        Fill(Path.Combine(root.Root, "filler"));
        for (var i = 0; i < 100; i++)
            stream.BlockQueued("Block").Finished(TestRecord.Passed, new string('x', 1000));
        // While the run goes on, and the disk stays full.
        await Eventually.True(() => Results() == "partial");
        await test.Record.DisposeAsync();
        Assert.Equal("partial", Results());

        string Results() => JsonDocument.Parse(File.ReadAllBytes(test["results.json"])).RootElement.GetProperty("results").GetString()!;
    }

    /// <summary>More than the record holds back: what it gives up for a report may go to whoever writes first.</summary>
    private const int Gap = 200_000;

    [NeedsFact(Needs.Root)]
    public async Task Output_and_logs_show_the_gap_where_the_disk_was_full()
    {
        using var root = new TempDirectory();
        using var disk = new SmallDisk(root.Root, "size=400k");
        await using var test = new TestRecord(root.Root);
        var filler = Path.Combine(root.Root, "filler");
        var block = test.Record.AddStream("a", "local").BlockQueued("Block");
        block.Output(0, "before\n"u8);
        block.Logged(DateTimeOffset.UnixEpoch, Microsoft.Extensions.Logging.LogLevel.Information, "logged before");
        await test.Record.FlushAsync().DefaultTimeout();
        Fill(filler);
        block.Output(7, new byte[Gap]);
        block.Logged(DateTimeOffset.UnixEpoch, Microsoft.Extensions.Logging.LogLevel.Information, new string('y', Gap));
        await test.Record.FlushAsync().DefaultTimeout();
        File.Delete(filler);
        block.Output(7 + Gap, "after\n"u8);
        block.Finished(TestRecord.Passed);
        await test.Record.DisposeAsync();

        Assert.Equal("before\n... 200000 bytes left out ...\nafter\n", File.ReadAllText(test["streams/a/1-Block/output.log"]));
        Assert.Contains("... 1 lines left out: the disk did not take them ...", File.ReadAllLines(test["streams/a/1-Block/debug.log"]));
        Assert.Equal(Gap, JsonDocument.Parse(File.ReadAllBytes(test["streams/a/1-Block/result.json"])).RootElement.GetProperty("outputBytesLeftOut").GetInt64());
    }

    [NeedsFact(Needs.Root)]
    public async Task Record_is_whole_when_space_is_free_again()
    {
        using var root = new TempDirectory();
        using var disk = new SmallDisk(root.Root, "size=200k");
        await using var test = new TestRecord(root.Root);
        var stream = test.Record.AddStream("a", "local");
        var filler = Path.Combine(root.Root, "filler");
        Fill(filler);
        for (var i = 0; i < 200; i++)
            stream.BlockQueued("Block").Finished(TestRecord.Passed, new string('x', 200));
        File.Delete(filler);
        stream.BlockQueued("Last").Finished(TestRecord.Passed);

        var lines = File.ReadAllLines(test["events.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(line => line.GetProperty("n").GetInt32()));
        Assert.Equal(201, lines.Count(line => line.GetProperty("kind").GetString() == "block-finished"));
        Assert.Contains(lines, line => line.GetProperty("kind").GetString() == "results-partial");
    }

    [NeedsFact(Needs.Root)]
    public void Read_only_root_is_refused_with_its_name_and_reason()
    {
        using var root = new TempDirectory();
        using var disk = new SmallDisk(root.Root, "ro");
        var exception = Assert.Throws<StreamsException>(() => ResultsRoot.Find(null, Path.Combine(root.Root, "TestResults"), [], "/"));
        Assert.Contains("TestResults", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", exception.Message, StringComparison.Ordinal);
        Assert.Contains("STREAMS_RESULTS_DIR", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>To the last byte. Not at once: what does not fit as a whole is not begun.</summary>
    private static void Fill(string path) => Assert.Throws<IOException>((Action)(() =>
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (true)
            file.Write(new byte[4096]);
    }));

    private sealed class SmallDisk : IDisposable
    {
        private readonly string _directory;

        public SmallDisk(string directory, string options)
        {
            _directory = directory;
            Run("mount", "-t", "tmpfs", "-o", options, "streams-test", directory);
        }

        public void Dispose() => Run("umount", "-l", _directory);

        private static void Run(string command, params string[] arguments)
        {
            using var process = Process.Start(command, arguments);
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
            Assert.Equal(0, process.ExitCode);
        }
    }
}
