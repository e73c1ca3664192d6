using System.Text.Json;

namespace Streams.FunctionalTests.Contracts;

/// <content>Log, whiteboard, output, files, names: what is left in the results.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task A_block_knows_its_names()
    {
        await using var streams = NewCollection();

        var names = await Add(streams, "server").RunFgAsync(block => (block.Stream, block.Name, block.Ordinal, block.Host), new BlockOptions { Name = "Probe" }).DefaultTimeout();

        Assert.Equal(("server", "1-Probe", 1, Kind.Host.ToString()), names);
    }

    [Case]
    public async Task What_a_block_logs_is_printed_and_kept()
    {
        var printed = new System.Collections.Concurrent.ConcurrentQueue<string>();
        string directory;
        await using (var streams = new StreamCollection(printed.Enqueue, Kind.Options))
        {
            var run = Add(streams).RunBg(block => block.Log("a line of the log"));
            await streams.WaitAsync().DefaultTimeout();
            directory = run.Result!.Directory;
        }

        Assert.Contains(printed, line => line.Contains("a line of the log", StringComparison.Ordinal));
        Assert.Contains("a line of the log", File.ReadAllText(Path.Combine(directory, "debug.log")), StringComparison.Ordinal);
    }

    [Case]
    public async Task What_a_block_logs_cannot_write_to_the_terminal()
    {
        var log = await ResultOfAsync(block => block.Log("\u001b[2Jcleared"), "debug.log");

        Assert.Contains("cleared", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', log);
    }

    [Case]
    public async Task The_last_text_on_the_whiteboard_stays() => Assert.Equal("97.3 Gbit/s", (await ResultOfAsync(
        block =>
        {
            block.Whiteboard = "warming up";
            block.Whiteboard = "97.3 Gbit/s";
        },
        "whiteboard")).TrimEnd());

    [Case]
    public async Task The_files_that_a_block_makes_come_home() => Assert.Equal("1,2,3\n", await ResultOfAsync(
        block => File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(block.DataDirectory, "deep")).FullName, "samples.csv"), "1,2,3\n"),
        "data/deep/samples.csv"));

    [Case(Capabilities.DividesOutput)]
    public async Task What_a_block_and_its_commands_print_is_kept_with_the_block() => Assert.Equal("first\nsecond\n", await ResultOfAsync(
        block =>
        {
            Console.WriteLine("first");
            Console.Out.Flush();
            block.RunAsync("echo second").GetAwaiter().GetResult();
        },
        "output.log"));

    [Case]
    public async Task The_result_is_a_file_of_its_own()
    {
        using var result = JsonDocument.Parse(await ResultOfAsync(_ => throw new InvalidOperationException("boom"), "result.json"));

        Assert.Contains("FAIL", result.RootElement.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("boom", result.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Case]
    public async Task The_record_tells_each_step_of_a_block()
    {
        string directory;
        await using (var streams = NewCollection())
        {
            Assert.Equal(1, await Add(streams).RunFgAsync(block => block.Ordinal).DefaultTimeout());
            directory = streams.ResultsDirectory;
        }

        var kinds = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(directory, "events.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            kinds.AddRange(json.RootElement.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String).Select(member => member.Value.GetString()!));
        }

        var steps = kinds.Where(kind => kind.StartsWith("block-", StringComparison.Ordinal)).ToList();
        Assert.Equal(["block-queued", "block-triaging", "block-ready", "block-started", "block-finished"], steps);
    }

    [Case]
    public async Task A_stream_is_named_after_its_host_and_the_second_gets_a_number()
    {
        await using var streams = NewCollection();
        var host = Kind.Host.ToString();

        Assert.Equal([host, $"{host}-2"], new[] { Add(streams).Name, Add(streams).Name });
        Assert.Throws<ArgumentException>(() => Add(streams, host));
    }

    [Case]
    public async Task Any_name_of_a_stream_and_a_block_has_a_directory()
    {
        string directory;
        await using (var streams = NewCollection())
        {
            var run = Add(streams, "../we?rd: näme").RunBg(block => block.Stream, new BlockOptions { Name = "a/b\\c:\"d\" ../../e" });
            Assert.Equal("../we?rd: näme", await run.ValueAsync().DefaultTimeout());
            directory = run.Result!.Directory;
            Assert.StartsWith(streams.ResultsDirectory + "/streams/", Path.GetFullPath(directory), StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Path.Combine(directory, "result.json")));
    }

    /// <summary>A file of the results of a block that passes or fails.</summary>
    private async Task<string> ResultOfAsync(Action<BlockContext> block, string file)
    {
        string directory;
        await using (var streams = NewCollection())
        {
            var run = Add(streams).RunBg(block);
            directory = (await run.Completion.DefaultTimeout()).Directory;
            _ = await Record.ExceptionAsync(() => streams.WaitAsync());
        }

        return File.ReadAllText(Path.Combine(directory, file));
    }
}
