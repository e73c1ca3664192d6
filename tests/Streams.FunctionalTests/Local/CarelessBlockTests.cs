using System.Globalization;

namespace Streams.FunctionalTests.Local;

/// <summary>What blocks do without meaning harm, or with it, and what must not come of it.</summary>
public class CarelessBlockTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task The_text_of_a_value_is_never_asked_of_its_authors_code()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var value = await streams.Add("localhost").RunFgAsync(static () => new Endless()).DefaultTimeout();

        Assert.NotNull(value);
    }

    [Fact]
    public async Task Culture_and_console_of_a_block_are_not_the_next_ones()
    {
        string text, directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            var stream = streams.Add("localhost");
            await stream.RunFgAsync(static () =>
            {
                CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "@" } };
                Console.SetOut(TextWriter.Null);
            }).DefaultTimeout();
            text = await stream.RunFgAsync(static () =>
            {
                Console.WriteLine("heard");
                return (1.5).ToString(CultureInfo.CurrentCulture);
            }).DefaultTimeout();
            directory = stream.Results[1].Directory;
        }

        Assert.Equal("1.5", text);
        Assert.Contains("heard", await File.ReadAllTextAsync(Path.Combine(directory, "output.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_a_block_plants_in_place_of_its_directory_is_not_followed()
    {
        using var elsewhere = new TempDirectory();
        var streams = new StreamCollection(output.WriteLine);
        await using (streams)
            await streams.Add("localhost").RunFgAsync($"mkdir -p \"$STREAMS_BLOCK_DIR\" && rm -rf \"$STREAMS_BLOCK_DIR\" && ln -s {elsewhere.Root} \"$STREAMS_BLOCK_DIR\"").DefaultTimeout();

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Root));
        ExpectError(102);
    }

    [Fact]
    public async Task A_crash_in_a_tear_down_says_so()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync(new LeavesInTearDown()).DefaultTimeout());

        Assert.Equal((BlockOutcome.Error, (BlockPart?)BlockPart.TearDown), (failure.Failures[0].Outcome, failure.Failures[0].FailedPart));
        Assert.Contains("in its tear-down: its worker", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_that_nobody_waited_for_are_named()
    {
        var lines = new List<string>();
        await using (var streams = new StreamCollection(line =>
        {
            lock (lines)
                lines.Add(line);
        }))
        {
            streams.Add("localhost", "forgotten").RunBg("sleep 100");
        }

        Assert.Contains(lines, line => line.Contains("nobody waited for them", StringComparison.Ordinal) && line.Contains("forgotten/1-sleep", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_warnings_are_counted_and_do_not_fail_the_block()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var run = streams.Add("localhost").RunBg(static block =>
        {
            for (var number = 0; number < 5000; number++)
                block.Warn($"warning {number}");
        });
        var result = await run.Completion.DefaultTimeout();

        Assert.Equal((BlockOutcome.Warn, 100), (result.Outcome, result.Warnings.Count));
        Assert.Contains("more warnings are in the block's log", result.Warnings[^1], StringComparison.Ordinal);
    }

    public sealed class Endless
    {
        public override string ToString()
        {
            Thread.Sleep(Timeout.Infinite);
            return "";
        }
    }

    public sealed record LeavesInTearDown : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;

        public override Task TearDownAsync(BlockContext block)
        {
            Environment.Exit(0);
            return Task.CompletedTask;
        }
    }
}
