using System.Net.Sockets;
using System.Text.Json;

namespace Streams.FunctionalTests.Local;

/// <summary>Blocks that are types: they travel, print themselves, and have a set-up and a tear-down that always runs.</summary>
public class BlockTypeTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task A_record_travels_with_its_properties_runs_and_returns_its_value()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var (sum, worker) = await stream.RunFgAsync(new Adding(2, [3, 4])).DefaultTimeout();

        Assert.Equal(9, sum);
        Assert.NotEqual(Environment.ProcessId, worker);
        var result = Assert.Single(stream.Results);
        Assert.Equal("1-Adding", result.Name);
        Assert.StartsWith("Adding { First = 2", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_class_that_implements_the_interface_is_a_block_too()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        Assert.Equal("one, two", await streams.Add("localhost").RunFgAsync(new Joining(["one", "two"])).DefaultTimeout());
    }

    [Fact]
    public async Task The_parts_run_in_order_on_one_instance_and_are_on_record()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);

        await streams.Add("localhost").RunFgAsync(new Parts(directory["log"])).DefaultTimeout();

        Assert.Equal(["set-up", "run after set-up", "tear-down after run"], File.ReadAllLines(directory["log"]));
        var parts = File.ReadLines(Path.Combine(streams.ResultsDirectory, "events.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("kind").GetString() == "block-part")
            .Select(line => line.GetProperty("part").GetString());
        Assert.Equal(["set-up", "run", "tear-down"], parts);
    }

    [Theory]
    [InlineData("set-up", BlockPart.SetUp, OutcomeReason.SetUp, "its set-up failed: System.InvalidOperationException: set-up is broken")]
    [InlineData("run", BlockPart.Run, OutcomeReason.Exception, "System.InvalidOperationException: run is broken")]
    [InlineData("tear-down", BlockPart.TearDown, OutcomeReason.TearDown, "its tear-down failed: System.InvalidOperationException: tear-down is broken")]
    public async Task The_failing_part_is_told_and_the_tear_down_runs(string broken, BlockPart part, OutcomeReason reason, string message)
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add("localhost").RunFgAsync(new Parts(directory["log"]) { Broken = [broken] })).DefaultTimeout();
        output.WriteLine(failure.Message);

        var result = Assert.Single(failure.Failures);
        Assert.Equal((BlockOutcome.Fail, reason, part), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal(message, result.Message);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("tear-down", File.ReadLines(directory["log"]).Last(), StringComparison.Ordinal);
        Assert.Equal(broken == "set-up", !File.ReadLines(directory["log"]).Any(line => line.StartsWith("run", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("set-up")]
    public async Task Both_errors_are_kept_when_the_tear_down_fails_too(string first)
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(
            () => streams.Add("localhost").RunFgAsync(new Parts(directory["log"]) { Broken = [first, "tear-down"] })).DefaultTimeout();
        output.WriteLine(failure.Message);

        var result = Assert.Single(failure.Failures);
        Assert.Equal(($"{first} is broken", "tear-down is broken"), (result.Error!.Message, result.TearDownError!.Message));
        Assert.Contains($"{first} is broken", failure.Message, StringComparison.Ordinal);
        Assert.Contains("and its tear-down failed, too: System.InvalidOperationException: tear-down is broken", failure.Message, StringComparison.Ordinal);
        await streams.DisposeAsync();
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Directory, "result.json")));
        Assert.Equal(first, json.RootElement.GetProperty("failedPart").GetString());
        Assert.Equal("tear-down is broken", json.RootElement.GetProperty("tearDownError").GetProperty("message").GetString());
        Assert.Contains("tear-down is broken", File.ReadAllText(Path.Combine(streams.ResultsDirectory, "timeline.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tear_down_runs_after_a_stop_with_a_cancellation_and_a_sync_client_of_its_own()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");
        var run = stream.RunBg(new Parts(directory["log"]) { Waits = true });
        await Eventually.True(() => File.Exists(directory["log"]) && File.ReadAllText(directory["log"]).Contains("run", StringComparison.Ordinal));

        var result = await run.StopAsync().DefaultTimeout();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped, BlockPart.Run), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal("tear-down after run", File.ReadLines(directory["log"]).Last());
        Assert.Equal("usable", await stream.RunFgAsync(() => "usable").DefaultTimeout());
    }

    [Fact]
    public async Task A_failure_before_the_stop_is_told_and_the_tear_down_is_not_stopped()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);
        var run = streams.Add("localhost").RunBg(new Parts(directory["log"]) { Broken = ["run"], TearDownTakes = TimeSpan.FromSeconds(1) });
        await Eventually.True(() => File.Exists(directory["log"]) && File.ReadAllText(directory["log"]).Contains("waiting", StringComparison.Ordinal));

        var result = await run.StopAsync().DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Exception, BlockPart.Run), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal("tear-down after run", File.ReadLines(directory["log"]).Last());
    }

    [Fact]
    public async Task A_tear_down_that_fails_after_a_stop_is_a_failure()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);
        var run = streams.Add("localhost").RunBg(new Parts(directory["log"]) { Waits = true, Broken = ["tear-down"] });
        await Eventually.True(() => File.Exists(directory["log"]) && File.ReadAllText(directory["log"]).Contains("run", StringComparison.Ordinal));

        var result = await run.StopAsync().DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.TearDown, BlockPart.TearDown), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal("tear-down is broken", result.Error!.Message);
    }

    [Fact]
    public async Task The_tear_down_runs_after_the_time_limit_of_a_block_that_ignores_everything_and_the_next_has_a_fresh_worker()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(200) });
        var stream = streams.Add("localhost");
        var before = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();

        var run = stream.RunBg(new Parts(directory["log"]) { Spins = true }, new BlockOptions { TimeLimit = TimeSpan.FromSeconds(2) });
        var after = await stream.RunFgAsync(() => Environment.ProcessId).DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        var result = run.Result!;
        output.WriteLine(result.Message);
        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, BlockPart.Run), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal("ran into its time limit of 2 s; it did not stop when it was asked to, and its worker was ended", result.Message);
        Assert.Equal("tear-down after run", File.ReadLines(directory["log"]).Last());
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task In_the_tests_own_process_the_tear_down_runs_and_what_goes_on_is_said()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(200) });
        var stream = streams.Add(StreamHost.InProcess, "here");

        await stream.RunFgAsync(new Parts(directory["first"])).DefaultTimeout();
        var run = stream.RunBg(new Parts(directory["log"]) { WaitsFor = directory["end"] }, new BlockOptions { TimeLimit = TimeSpan.FromSeconds(1) });
        var result = await run.Completion.DefaultTimeout();
        await File.WriteAllTextAsync(directory["end"], "");
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal("tear-down after run", File.ReadLines(directory["first"]).Last());
        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, BlockPart.Run), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Contains("it did not stop when it was asked to, and still runs", result.Message, StringComparison.Ordinal);
        Assert.Equal("tear-down after run", File.ReadLines(directory["log"]).Last());
    }

    [Fact]
    public async Task A_tear_down_may_take_longer_than_the_block()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(50) });

        await streams.Add("localhost").RunFgAsync(
            new Parts(directory["log"]) { TearDownTakes = TimeSpan.FromSeconds(1) }, new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(800) }).DefaultTimeout();

        Assert.Equal("tear-down after run", File.ReadLines(directory["log"]).Last());
    }

    [Theory]
    [InlineData(false, "it stopped when it was asked to")]
    [InlineData(true, "it did not stop when it was asked to, and its worker was ended")]
    public async Task A_tear_down_ends_at_its_own_limit(bool spins, string how)
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(200) });
        var stream = streams.Add("localhost");

        var run = stream.RunBg(new EndlessTearDown(spins), new BlockOptions { TearDownLimit = Short });
        var result = await run.Completion.DefaultTimeout();
        Assert.Equal("usable", await stream.RunFgAsync(() => "usable").DefaultTimeout());
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, BlockPart.TearDown), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal($"its tear-down ran into its limit of 300 ms; {how}", result.Message);
    }

    [Fact]
    public async Task A_set_up_can_have_a_limit_of_its_own()
    {
        using var directory = new TempDirectory();
        await using var streams = new StreamCollection(output.WriteLine);

        var run = streams.Add("localhost").RunBg(new Parts(directory["log"]) { SetUpWaits = true }, new BlockOptions { SetUpLimit = Short });
        var result = await run.Completion.DefaultTimeout();
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, BlockPart.SetUp), (result.Outcome, result.Reason, result.FailedPart));
        Assert.Equal("its set-up ran into its limit of 300 ms; it stopped when it was asked to", result.Message);
        Assert.Equal(["set-up", "tear-down"], File.ReadAllLines(directory["log"]));
    }

    [Fact]
    public async Task The_seeds_netserver_meets_its_clients_in_set_up_and_tear_down()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        streams.Add("localhost", "server").RunBg(new NetServer(2));
        streams.Add("localhost", "client").RunBg(async block =>
        {
            await block.Sync.BarrierAsync("setup", 2);
            await block.Sync.BarrierAsync("finished", 2);
        });
        await streams.WaitAsync().DefaultTimeout();

        Assert.All(streams, stream => Assert.Equal(BlockOutcome.Pass, Assert.Single(stream.Results).Outcome));
    }

    [Fact]
    public async Task What_cannot_travel_is_refused_with_the_block_and_the_member()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var refused = Assert.Throws<BlockNotSendableException>(() => { stream.RunBg(new Holding(socket)); });

        Assert.Matches(@"^Block Holding, given at BlockTypeTests\.cs:\d+, uses 'Socket' \(System\.Net\.Sockets\.Socket\), which cannot travel", refused.Message);
        Assert.Empty(stream.Results);
    }

    [Fact]
    public async Task A_block_can_hold_a_delegate()
    {
        var factor = 3;
        await using var streams = new StreamCollection(output.WriteLine);

        Assert.Equal(21, await streams.Add("localhost").RunFgAsync(new Applying(number => number * factor)).DefaultTimeout());
    }

    internal sealed record Adding(int First, int[] More) : Block<(int Sum, int Worker)>
    {
        public override Task<(int Sum, int Worker)> RunAsync(BlockContext block) => Task.FromResult((First + More.Sum(), Environment.ProcessId));
    }

    internal sealed record Applying(Func<int, int> Function) : Block<int>
    {
        public override Task<int> RunAsync(BlockContext block) => Task.FromResult(Function(7));
    }

    internal sealed record Holding(Socket Socket) : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;
    }

    internal sealed class Joining(IReadOnlyList<string> words) : IBlock<string>
    {
        public Task<string> RunAsync(BlockContext block) => Task.FromResult(string.Join(", ", words));
    }

    internal sealed record NetServer(int Parties) : Block
    {
        public override Task SetUpAsync(BlockContext block) => block.Sync.BarrierAsync("setup", Parties);

        public override Task RunAsync(BlockContext block) => Task.CompletedTask;

        public override Task TearDownAsync(BlockContext block) => block.Sync.BarrierAsync("finished", Parties);
    }

    internal sealed record EndlessTearDown(bool Spins) : Block
    {
        public override Task RunAsync(BlockContext block) => Task.CompletedTask;

        public override Task TearDownAsync(BlockContext block)
        {
            while (Spins)
            {
            }

            return Task.Delay(Timeout.Infinite, block.Cancellation);
        }
    }

    internal sealed record Parts(string Path) : Block
    {
        private string _last = "";

        public string[] Broken { get; init; } = [];

        public bool Waits { get; init; }

        public bool SetUpWaits { get; init; }

        public string WaitsFor { get; init; } = "";

        public bool Spins { get; init; }

        public TimeSpan TearDownTakes { get; init; }

        public override async Task SetUpAsync(BlockContext block)
        {
            Note("set-up", "");
            if (SetUpWaits)
                await Task.Delay(Timeout.Infinite, block.Cancellation);
            _last = "set-up";
        }

        public override async Task RunAsync(BlockContext block)
        {
            await block.Sync.PutAsync($"connected in {block.Name}", true);
            _last = "run";
            Note("run", " after set-up");
            while (Spins)
            {
            }

            while (WaitsFor.Length > 0 && !File.Exists(WaitsFor))
                await Task.Delay(10, CancellationToken.None);
            if (Waits)
                await Task.Delay(Timeout.Infinite, block.Cancellation);
        }

        public override async Task TearDownAsync(BlockContext block)
        {
            await block.Sync.BarrierAsync("alone", 1);
            if (TearDownTakes > TimeSpan.Zero)
                await File.AppendAllTextAsync(Path, "waiting\n", block.Cancellation);
            await Task.Delay(TearDownTakes, block.Cancellation);
            Note("tear-down", _last == "run" ? " after run" : "");
        }

        private void Note(string part, string after)
        {
            File.AppendAllText(Path, $"{part}{after}\n");
            if (Broken.Contains(part))
                throw new InvalidOperationException($"{part} is broken");
        }
    }
}
