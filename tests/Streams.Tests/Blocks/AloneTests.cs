using System.Diagnostics;
using Streams.Sync;

namespace Streams.Tests.Blocks;

/// <summary>The same block without a stream, as the ordinary code of a test.</summary>
public class AloneTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_block_runs_here_with_its_parts_and_returns_its_value()
    {
        var block = new Loud();

        var process = await block.RunAloneAsync(output.WriteLine).DefaultTimeout();

        Assert.Equal(Environment.ProcessId, process);
        Assert.Equal(["set-up", "run", "tear-down"], block.Happened);
    }

    [Fact]
    public async Task Log_parameters_names_and_data_are_there()
    {
        var lines = new List<string>();

        await new Curious().RunAloneAsync(lines.Add, new BlockOptions { Name = "Ask", Parameters = new { Clients = 2 } }).DefaultTimeout();

        Assert.Equal(["1-Ask | alone 1-Ask localhost 2", "1-Ask whiteboard: 50 %"], lines.Take(2));
        Assert.False(Directory.Exists(lines[2].Split(" | ")[1]));
    }

    [Fact]
    public async Task A_barrier_of_one_passes_and_one_of_two_fails_at_once_and_says_why()
    {
        await new Meeting(1).RunAloneAsync().DefaultTimeout();
        var clock = Stopwatch.StartNew();
        var broken = await Assert.ThrowsAsync<BarrierBrokenException>(() => new Meeting(2).RunAloneAsync(output.WriteLine)).DefaultTimeout();
        output.WriteLine(broken.Message);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("alone/1-Meeting", broken.Message, StringComparison.Ordinal);
        Assert.Contains("1 of 2", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_blocks_own_exception_comes_through_and_both_when_the_tear_down_fails_too()
    {
        var one = await Assert.ThrowsAsync<FormatException>(() => new Broken { InRun = true }.RunAloneAsync()).DefaultTimeout();
        var two = await Assert.ThrowsAsync<AggregateException>(() => new Broken { InRun = true, InTearDown = true }.RunAloneAsync()).DefaultTimeout();
        var late = await Assert.ThrowsAsync<InvalidOperationException>(() => new Broken { InTearDown = true }.RunAloneAsync()).DefaultTimeout();

        Assert.Equal("run", one.Message);
        Assert.Contains(nameof(Broken), one.StackTrace, StringComparison.Ordinal);
        Assert.Equal(["run", "tear-down"], two.InnerExceptions.Select(exception => exception.Message));
        Assert.Equal("tear-down", late.Message);
    }

    [Fact]
    public async Task Time_limit_and_cancellation_end_it_after_its_tear_down()
    {
        var (late, stopped) = (new Endless(), new Endless());
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAsync<TimeoutException>(() => late.RunAloneAsync(options: new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(100) })).DefaultTimeout();
        var running = stopped.RunAloneAsync(cancellationToken: stop.Token);
        await stopped.Started.Task.DefaultTimeout();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running).DefaultTimeout();

        Assert.True(late.IsTornDown && stopped.IsTornDown);
    }

    private sealed class Loud : IBlock<int>
    {
        public List<string> Happened { get; } = [];

        public Task SetUpAsync(BlockContext block) => Note("set-up");

        public async Task<int> RunAsync(BlockContext block)
        {
            await Note("run");
            return Environment.ProcessId;
        }

        public Task TearDownAsync(BlockContext block) => Note("tear-down");

        private Task Note(string part)
        {
            Happened.Add(part);
            return Task.CompletedTask;
        }
    }

    private sealed record Curious : Block
    {
        public override Task RunAsync(BlockContext block)
        {
            block.Log($"{block.Stream} {block.Name} {block.Host} {block.Parameters.Get<int>("Clients")}");
            block.Whiteboard = "50 %";
            block.Log(block.DataDirectory);
            return Task.CompletedTask;
        }
    }

    private sealed record Meeting(int Parties) : Block
    {
        public override Task RunAsync(BlockContext block) => block.Sync.BarrierAsync("meet", Parties);
    }

    private sealed record Broken : Block
    {
        public bool InRun { get; init; }

        public bool InTearDown { get; init; }

        public override Task RunAsync(BlockContext block) => InRun ? throw new FormatException("run") : Task.CompletedTask;

        public override Task TearDownAsync(BlockContext block) => InTearDown ? throw new InvalidOperationException("tear-down") : Task.CompletedTask;
    }

    private sealed class Endless : IBlock
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsTornDown { get; private set; }

        public async Task RunAsync(BlockContext block)
        {
            Started.SetResult();
            await Task.Delay(Timeout.Infinite, block.Cancellation);
        }

        public Task TearDownAsync(BlockContext block)
        {
            IsTornDown = !block.Cancellation.IsCancellationRequested;
            return Task.CompletedTask;
        }
    }
}
