using System.Globalization;
using Streams.Wire;

namespace Streams.Tests.Workers;

/// <summary>What a block is given beside barriers and commands, and what of it the next block finds.</summary>
public class BlockContextTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private TestWorker Worker => fixture.Worker;

    [Fact]
    public void Objects_in_State_are_there_for_later_blocks()
    {
        Worker.Finish((BlockContext block) => { block.State["cache"] = new List<int> { 1, 2 }; });
        Assert.Equal(2, Worker.Result<int>((BlockContext block) => ((List<int>)block.State["cache"]).Count));
    }

    [Fact]
    public void Environment_directory_culture_and_ambient_values_of_a_block_are_not_the_next_ones()
    {
        Environment.SetEnvironmentVariable("CONTEXT_TEST_UNSEEN", null);
        var first = Worker.Finish(() =>
        {
            Environment.SetEnvironmentVariable("CONTEXT_TEST_NEW", "1");
            Environment.SetEnvironmentVariable("PATH", "/nowhere");
            Environment.CurrentDirectory = "/";
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Ambient.Value = "leaked";
        });
        Assert.Equal(WireOutcome.OutcomePass, first.Outcome);
        Assert.Contains(Worker.Messages, message => message.Log?.Ordinal == first.Ordinal && message.Log.Text == "put back for the next block: CONTEXT_TEST_NEW, PATH, the current directory");

        var now = Worker.Result<(string?, string?, string, string, string?)>(() =>
            (Environment.GetEnvironmentVariable("CONTEXT_TEST_NEW"), Environment.GetEnvironmentVariable("PATH"), Environment.CurrentDirectory, CultureInfo.CurrentCulture.Name, Ambient.Value));
        Assert.Equal((null, Environment.GetEnvironmentVariable("PATH"), Environment.CurrentDirectory, CultureInfo.CurrentCulture.Name, null), now);
    }

    [Fact]
    public void Commands_get_what_the_block_has_set_and_are_told_where_they_are()
    {
        var told = Worker.Result<string>(async (BlockContext block) =>
        {
            Environment.SetEnvironmentVariable("CONTEXT_TEST_SET", "by the block");
            return (await block.RunAsync("echo $CONTEXT_TEST_SET, $STREAMS_STREAM, $STREAMS_BLOCK, $STREAMS_HOST, $STREAMS_BLOCK_DIR, $STREAMS_DATA_DIR; touch $STREAMS_DATA_DIR/there")).StandardOutput;
        });
        Assert.Matches($"^by the block, s1, [0-9]+-Block, here, {Worker.Directory}, {Worker.Directory}/data\n$", told);
        Assert.True(File.Exists(Path.Combine(Worker.Directory, "data", "there")));
    }

    [Fact]
    public void Data_directory_that_a_command_was_shown_and_did_not_use_is_gone()
    {
        using var worker = new TestWorker();
        worker.Finish(new CommandLine { Shell = "test -d $STREAMS_DATA_DIR" });
        Assert.False(Directory.Exists(Path.Combine(worker.Directory, "data")));
    }

    [Fact]
    public void Warning_makes_a_passing_block_a_warning_and_leaves_a_failing_one_a_failure()
    {
        var warned = Worker.Finish((BlockContext block) => block.Warn("only 3 of 4 disks"));
        Assert.Equal((WireOutcome.OutcomeWarn, WireReason.ReasonFinalMessage), (warned.Outcome, warned.Reason));
        Assert.Equal(["only 3 of 4 disks"], warned.Warnings);

        Assert.Equal(WireOutcome.OutcomeFail, Worker.Finish((BlockContext block) =>
        {
            block.Warn("odd");
            throw new FormatException();
        }).Outcome);
    }

    [Fact]
    public void Measurements_are_sent_and_bounded()
    {
        var finished = Worker.Finish((BlockContext block) =>
        {
            block.Measure("throughput", 941.5, "Mbit/s");
            Assert.Throws<ArgumentException>(() => block.Measure(" ", 1));
            Assert.Throws<ArgumentException>(() => block.Measure("x", 1, new string('u', 201)));
            for (var i = 1; i < 10_000; i++)
                block.Measure("series", i);
            Assert.Contains("more than 10,000", Assert.Throws<InvalidOperationException>(() => block.Measure("one too many", 1)).Message, StringComparison.Ordinal);
        });
        Assert.Equal((WireOutcome.OutcomePass, ""), (finished.Outcome, finished.Message));
        var measured = Worker.Messages.Where(message => message.Measure?.Ordinal == finished.Ordinal).Select(message => message.Measure).ToList();
        Assert.Equal((10_000, "throughput", 941.5, "Mbit/s"), (measured.Count, measured[0].Name, measured[0].Value, measured[0].Unit));
    }

    [Fact]
    public void Peers_are_told_by_name()
    {
        var ordinal = Worker.Submit(new BlockSpec
        {
            Call = Streams.Blocks.Travel.BlockDelegate.Describe((BlockContext block) => $"{block.Peers["db"].Address} {block.Peers["test"].Address ?? "unknown"} {block.Peers.Count}", "F.cs", 1),
            Peers = { new BlockPeer { Stream = "db", Host = "root@db1:2222", Address = "db1" }, new BlockPeer { Stream = "test", Host = "localhost" } },
        });
        var finished = Worker.ReadFinished(ordinal)!;
        Assert.Equal("db1 unknown 2", Streams.Blocks.Values.ValueReader.Read(finished.Value.Memory, typeof(string), Streams.Blocks.Values.ValueUse.Result));
    }

    private static readonly AsyncLocal<string?> Ambient = new();
}
