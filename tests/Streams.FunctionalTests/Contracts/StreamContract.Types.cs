namespace Streams.FunctionalTests.Contracts;

/// <content>Blocks that are types, their parts and parameters; what they require, and what they are expected to do.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task A_block_that_is_a_type_travels_and_its_parts_run_in_order() =>
        Assert.Equal("first tear-down", await LogOfAsync(new Staged("first"), null));

    [Case]
    public async Task The_tear_down_runs_after_a_block_that_failed()
    {
        var log = await LogOfAsync(new Staged("second") { IsBroken = true }, OutcomeReason.Exception);

        Assert.Equal("second tear-down", log);
    }

    [Case]
    public async Task The_tear_down_runs_after_a_block_that_passed_its_limit()
    {
        var log = await LogOfAsync(new Staged("third") { IsEndless = true }, OutcomeReason.TimedOut, new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(300) });

        Assert.Equal("third tear-down", log);
    }

    [Case]
    public async Task Parameters_are_read_by_name_and_as_a_type()
    {
        var options = new BlockOptions { Parameters = new Dictionary<string, object?> { ["Server"] = "db1", ["Clients"] = 3 } };

        var (name, missing, all) = await Shared.RunFgAsync(
            block => (block.Parameters.Get<string>("Server"), block.Parameters.Get("Port", 5201), block.ParametersAs<Load>()), options).DefaultTimeout();

        Assert.Equal(("db1", 5201, new Load("db1", 3)), (name, missing, all));
    }

    [Case]
    public async Task What_a_host_must_offer_is_checked_there_and_a_block_without_it_is_skipped()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var met = stream.RunBg(() => 42, new BlockOptions { Requires = [Requires.File("/bin/sh"), Requires.That(() => Environment.ProcessId > 0, "a process")] });
        var unmet = stream.RunBg(() => 42, new BlockOptions { Requires = [Requires.File("/no/such/file"), Requires.Command("netperf-that-nobody-has")] });
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal(42, await met.ValueAsync());
        Assert.Equal((BlockOutcome.Skip, OutcomeReason.RequirementUnmet), (unmet.Result!.Outcome, unmet.Result.Reason));
        Assert.Contains($"host {Kind.Host}: no file '/no/such/file'; no 'netperf-that-nobody-has' in PATH", unmet.Result.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task An_expected_failure_is_a_pass_and_an_unexpected_pass_a_failure()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var options = new BlockOptions { ExpectedFailure = ExpectedFailure.Of<IOException>("no route .* db9") };
        var fails = stream.RunBg(void () => throw new IOException("no route to db9"), options);
        var passes = stream.RunBg(() => { }, options);

        Assert.Equal((BlockOutcome.Pass, true), ((await fails.Completion.DefaultTimeout()).Outcome, fails.Result!.IsExpectedFailure));
        Assert.Equal((BlockOutcome.Fail, OutcomeReason.UnexpectedPass), ((await passes.Completion.DefaultTimeout()).Outcome, passes.Result!.Reason));
        _ = await Record.ExceptionAsync(() => streams.WaitAsync());
    }

    /// <summary>What the block wrote in its parts, one of which may end it.</summary>
    private async Task<string> LogOfAsync(Staged block, OutcomeReason? reason, BlockOptions? options = null)
    {
        BlockResult result;
        await using (var streams = NewCollection())
        {
            result = await Add(streams).RunBg(block, options).Completion.DefaultTimeout();
            _ = await Record.ExceptionAsync(() => streams.WaitAsync());
        }

        output.WriteLine(result.Message);
        Assert.Equal(reason ?? OutcomeReason.FinalMessage, result.Reason);
        return File.ReadAllText(Path.Combine(result.Directory, "whiteboard")).TrimEnd();
    }

    internal sealed record Load(string Server, int Clients);

    internal sealed record Staged(string Name) : Block
    {
        private string _setUp = "";

        public bool IsBroken { get; init; }

        public bool IsEndless { get; init; }

        public override Task SetUpAsync(BlockContext block)
        {
            _setUp = Name;
            return Task.CompletedTask;
        }

        public override Task RunAsync(BlockContext block) =>
            IsBroken ? throw new InvalidOperationException("broken") : IsEndless ? Task.Delay(Timeout.Infinite, block.Cancellation) : Task.CompletedTask;

        public override Task TearDownAsync(BlockContext block)
        {
            block.Whiteboard = $"{_setUp} tear-down";
            return Task.CompletedTask;
        }
    }
}
