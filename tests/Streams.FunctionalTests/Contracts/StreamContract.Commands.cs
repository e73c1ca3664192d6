namespace Streams.FunctionalTests.Contracts;

/// <content>Command lines, as blocks and in blocks.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task A_command_runs_and_what_it_prints_comes_home()
    {
        var result = await Shared.RunFgAsync("echo one; echo two >&2").DefaultTimeout();

        Assert.Equal((0, "one\n", "two\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
    }

    [Case]
    public async Task The_holes_of_a_command_are_quoted()
    {
        var evil = "a  b'; echo hacked; $(id) '";

        Assert.Equal(evil, (await Shared.RunFgAsync($"printf %s {evil}").DefaultTimeout()).StandardOutput);
    }

    [Case]
    public async Task A_list_is_run_without_a_shell()
    {
        var evil = "$(id) * 'x";

        Assert.Equal(evil, (await Shared.RunFgAsync(["printf", "%s", evil]).DefaultTimeout()).StandardOutput);
    }

    [Case]
    public async Task An_exit_code_other_than_zero_fails_the_block_and_is_told_with_what_was_printed()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync("echo no such disk >&2; exit 3"));

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.ExitCode), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such disk", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task An_exit_code_can_be_allowed() =>
        Assert.Equal(3, (await Shared.RunFgAsync("exit 3", new BlockOptions { AllowFailure = true }).DefaultTimeout()).ExitCode);

    [Case]
    public async Task A_command_that_is_ended_by_a_signal_says_which()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync("kill -TERM $$"));

        Assert.Contains("SIGTERM", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_program_that_is_not_there_is_named()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(["no-such-program-anywhere", "-x"]));

        Assert.Equal(BlockOutcome.Fail, failure.Failures[0].Outcome);
        Assert.Contains("no-such-program-anywhere", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not found", failure.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_block_runs_commands_and_sees_their_results() =>
        Assert.Equal("6", await Shared.RunFgAsync(async block => (await block.RunAsync("echo $((1 + 2 + 3))")).StandardOutput.Trim()).DefaultTimeout());

    [Case]
    public async Task A_command_in_a_block_that_fails_is_an_exception_there()
    {
        var caught = await Shared.RunFgAsync(async block =>
        {
            try
            {
                await block.RunAsync("exit 7");
                return "nothing";
            }
            catch (CommandFailedException failed)
            {
                return failed.Message;
            }
        }).DefaultTimeout();

        Assert.Contains("7", caught, StringComparison.Ordinal);
    }

    [Case]
    public async Task A_command_reads_nothing_and_does_not_wait_for_anybody() =>
        Assert.Equal("", (await Shared.RunFgAsync("exec:cat").DefaultTimeout()).StandardOutput);

    [Case]
    public async Task A_command_ends_when_its_block_is_stopped()
    {
        await using var streams = NewCollection();
        var stream = Add(streams);
        var run = stream.RunBg("sleep 300; true");
        await StartedAsync(run);

        var result = await run.StopAsync().DefaultTimeout();

        Assert.Equal(BlockOutcome.Cancel, result.Outcome);
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Case]
    public async Task One_bare_word_is_never_a_guess()
    {
        var stream = Shared;
        var refused = Assert.Throws<ArgumentException>(() => { stream.RunBg("uptime"); });

        Assert.Contains("\"exec:uptime\"", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await stream.RunFgAsync("exec:true").DefaultTimeout()).ExitCode);
    }

    [Case]
    public Task A_command_that_cannot_be_one_is_refused_at_the_call()
    {
        var stream = Shared;
        foreach (var command in new[] { "", "  ", "exec:", "echo a\0b" })
            Assert.Throws<ArgumentException>(() => { stream.RunBg(command); });
        Assert.Throws<ArgumentException>(() => { stream.RunBg((IReadOnlyList<string>)[]); });
        return Task.CompletedTask;
    }

    [Case(Capabilities.EndsLeftovers)]
    public async Task What_a_command_leaves_in_the_background_ends_with_the_block()
    {
        var left = (await Shared.RunFgAsync("setsid sleep 300 >/dev/null 2>&1 & echo $!").DefaultTimeout()).StandardOutput.Trim();

        Assert.Equal("gone", (await Shared.RunFgAsync($"kill -0 {left} && echo there || echo gone").DefaultTimeout()).StandardOutput.Trim());
    }
}
