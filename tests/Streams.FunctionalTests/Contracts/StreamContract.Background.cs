namespace Streams.FunctionalTests.Contracts;

/// <content>Commands in the background, what a stream remembers, figures.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task A_command_in_the_background_is_ready_when_it_says_so_and_ends_with_its_scope()
    {
        var pid = await Shared.RunFgAsync(async block =>
        {
            await using var server = await block.StartAsync("echo ready; exec sleep 300", Ready.Line("^ready$"));
            return server.ProcessId;
        }).DefaultTimeout();

        Assert.Equal("gone", await ThereOrGoneAsync(Shared, pid));
    }

    [Case]
    public async Task A_command_that_ends_before_it_is_ready_says_what_it_printed()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(block => block.StartAsync("echo cannot bind >&2; exit 1", Ready.Line("^ready$"))));

        Assert.Contains("cannot bind", failure.Message, StringComparison.Ordinal);
        Assert.Equal(OutcomeReason.ExitCode, failure.Failures[0].Reason);
    }

    [Case]
    public async Task A_kept_command_lives_until_a_later_block_ends_it()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var pid = await stream.RunFgAsync(async block =>
        {
            var server = await block.StartAsync("echo ready; exec sleep 300", Ready.Line("^ready$"));
            server.Keep();
            block.State["server"] = server;
            return server.ProcessId;
        }).DefaultTimeout();

        Assert.Equal("there", await ThereOrGoneAsync(stream, pid));
        await stream.RunFgAsync(async block => { await ((RunningCommand)block.State["server"]).StopAsync(); }).DefaultTimeout();
        Assert.Equal("gone", await ThereOrGoneAsync(stream, pid));
    }

    [Case]
    public async Task A_stream_remembers_what_its_blocks_leave_and_no_other_stream_sees_it()
    {
        await using var streams = NewCollection();
        var (stream, other) = (Add(streams, "a"), Add(streams, "b"));
        await stream.RunFgAsync(block => { block.State["counter"] = 1; }).DefaultTimeout();

        Assert.Equal(2, await stream.RunFgAsync(block => (int)block.State["counter"] + 1).DefaultTimeout());
        Assert.False(await other.RunFgAsync(block => block.State.ContainsKey("counter")).DefaultTimeout());
    }

    [Case]
    public async Task A_figure_that_a_block_measures_is_in_its_result()
    {
        await using var streams = NewCollection();
        var run = Add(streams).RunBg(block => block.Measure("received", 97.5, "Gbit/s"));
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal("received 97.5 Gbit/s", Assert.Single(run.Result!.Measurements).ToString());
    }

    private static async Task<string> ThereOrGoneAsync(ExecutionStream stream, int pid) =>
        (await stream.RunFgAsync($"kill -0 {pid} 2>/dev/null && echo there || echo gone").DefaultTimeout()).StandardOutput.Trim();
}
