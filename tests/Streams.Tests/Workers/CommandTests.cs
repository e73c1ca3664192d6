using System.Diagnostics;
using Streams.Wire;

namespace Streams.Tests.Workers;

public class CommandTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private TestWorker Worker => fixture.Worker;

    [Fact]
    public void Output_goes_to_the_result_and_to_the_block()
    {
        var finished = Worker.Finish(new CommandLine { Shell = "echo out; echo err >&2" });
        Assert.Equal((WireOutcome.OutcomePass, 0, "out\n", "err\n"), (finished.Outcome, finished.Command.ExitCode, finished.Command.StandardOutput, finished.Command.StandardError));
        var output = Worker.OutputOf(finished);
        Assert.Contains("out\n", output, StringComparison.Ordinal);
        Assert.Contains("err\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_code_other_than_zero_fails_unless_allowed()
    {
        var failed = Worker.Finish(new CommandLine { Shell = "echo why >&2; exit 3" });
        Assert.Equal((WireOutcome.OutcomeFail, WireReason.ReasonExitCode, 3), (failed.Outcome, failed.Reason, failed.Command.ExitCode));
        Assert.Matches("^Command exited with code 3 after [0-9.]+ s: echo why >&2; exit 3\nLast lines of its standard error:\n  why$", failed.Message);
        Assert.Equal(WireOutcome.OutcomePass, Worker.Finish(new CommandLine { Shell = "exit 3", AllowFailure = true }).Outcome);
    }

    [Fact]
    public void Arguments_reach_the_program_as_they_are()
    {
        var finished = Worker.Finish(new CommandLine { Arguments = { "printf", "%s|", "a b", "$HOME", "'", "" } });
        Assert.Equal("a b|$HOME|'||", finished.Command.StandardOutput);
    }

    [Fact]
    public void Standard_input_is_a_text_bytes_or_nothing()
    {
        var bytes = new byte[] { 0, 1, 255, 10 };
        Assert.Equal("one\ntwo\u00e4", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync("cat", input: "one\ntwo\u00e4")).StandardOutput);
        Assert.Equal("00 01 ff 0a", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync(["od", "-An", "-tx1"], input: bytes)).StandardOutput.Trim());
        Assert.Equal("", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync("cat")).StandardOutput);
    }

    [Fact]
    public void Input_that_is_larger_than_a_pipe_or_that_nobody_reads_holds_nothing_up()
    {
        var much = new string('x', 4_000_000);
        Assert.Equal("4000000", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync("wc -c", input: much)).StandardOutput.Trim());
        Assert.Equal("read nothing\n", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync("echo read nothing", input: much)).StandardOutput);
        Assert.Equal(0, Worker.Result<CommandResult>((BlockContext block) => block.RunAsync("head -c 1 >/dev/null", input: much)).ExitCode);
        Assert.Throws<ArgumentException>(() => new CommandInput(new string('x', (16 * 1024 * 1024) + 1)));
    }

    [Fact]
    public void Signal_and_missing_program_are_named()
    {
        var killed = Worker.Finish(new CommandLine { Shell = "kill -9 $$" });
        Assert.Equal(9, killed.Command.Signal);
        Assert.Contains("SIGKILL", killed.Message, StringComparison.Ordinal);
        var missing = Worker.Finish(new CommandLine { Arguments = { "no-such-program" } });
        Assert.Equal(WireReason.ReasonExitCode, missing.Reason);
        Assert.Contains("'no-such-program' was not found (PATH=", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("directory", "is a directory")]
    [InlineData("plain", "is not executable for this user (chmod +x makes it so)")]
    [InlineData("garbage", "is neither a program of this machine nor a script that begins with #!")]
    [InlineData("orphan", "is there, but not the interpreter that its first line names")]
    [InlineData("missing", "was not found")]
    public void Program_that_cannot_be_started_is_told_with_its_own_reason(string kind, string reason)
    {
        using var directory = new TempDirectory();
        var file = directory[kind];
        if (kind == "directory")
            Directory.CreateDirectory(file);
        else if (kind != "missing")
            File.WriteAllText(file, kind == "orphan" ? "#!/no/such/interpreter\n" : "\u0001\u0002 nothing\n");
        if (kind is "garbage" or "orphan" && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var finished = Worker.Finish(new CommandLine { Arguments = { file } });

        Assert.Equal((WireOutcome.OutcomeFail, WireReason.ReasonExitCode), (finished.Outcome, finished.Reason));
        Assert.Contains($"'{file}' {reason}", finished.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Daemon_that_holds_the_output_does_not_delay_the_end()
    {
        var clock = Stopwatch.StartNew();
        var finished = Worker.Finish(new CommandLine { Shell = "sleep 20 & echo $!" });
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.True(finished.LeftoversPossible);
        using var left = Process.GetProcessById(int.Parse(finished.Command.StandardOutput, System.Globalization.CultureInfo.InvariantCulture));
        left.Kill();
    }

    [Fact]
    public void Large_output_is_bounded_and_says_so()
    {
        var finished = Worker.Finish(new CommandLine { Shell = "head -c 5000000 /dev/zero | tr '\\0' x; echo end" });
        Assert.True(finished.Command.Truncated);
        Assert.InRange(finished.Command.StandardOutput.Length, 1_000_000, 1_100_000);
        Assert.EndsWith("xend\n", finished.Command.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("bytes left out]", finished.Command.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_gets_the_result_and_holes_are_quoted()
    {
        var nasty = "a'b; rm -rf $x `y`";
        string[] words = ["p q", "r"];
        Assert.Equal("a'b; rm -rf $x `y`|p q|r|", Worker.Result<string>(async (BlockContext block) => (await block.RunAsync($"printf '%s|' {nasty} {words}")).StandardOutput));
        Assert.Equal("a b\n", Worker.Result<CommandResult>((BlockContext block) => block.RunAsync($"echo {"a   b":raw}")).StandardOutput);
    }

    [Fact]
    public void Hole_within_quotation_marks_is_refused()
    {
        var name = "x";
        Assert.Contains("Leave the marks away", Assert.Throws<FormatException>(() => Line($"echo '{name}'")).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Line($"echo \"{name}\""));
        Assert.Equal("echo 'it'\\''s' x 1.5", Line($"echo {"it's"} {name} {1.5}").ToString());
        Assert.Throws<ArgumentException>(() => Line($"echo {"a\0b"}"));

        static ShellCommand Line(ShellCommand command) => command;
    }

    [Fact]
    public void Failed_command_throws_in_a_lambda()
    {
        var finished = Worker.Finish((BlockContext block) => block.RunAsync("exit 5"));
        Assert.Equal((WireReason.ReasonExitCode, "Streams.CommandFailedException"), (finished.Reason, finished.Error.Type));
        Assert.Equal(5, Worker.Result<int>(async (BlockContext block) => (await block.RunAsync("exit 5", allowFailure: true)).ExitCode));
    }

    [Fact]
    public void Cancelled_command_gets_TERM_and_then_KILL()
    {
        using var worker = new TestWorker();
        foreach (var (shell, grace) in new[] { ("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done", 20_000), ("trap '' TERM; echo up; while :; do sleep 0.05; done", 400) })
        {
            var clock = Stopwatch.StartNew();
            var ordinal = worker.Submit(new BlockSpec { Command = new CommandLine { Shell = shell }, GraceMs = grace });
            SpinWait.SpinUntil(() => File.ReadAllText(worker.OutputPath).EndsWith("up\n", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
            worker.Channel.Write(new ToWorker { Cancel = new CancelBlock { Ordinal = ordinal } });
            Assert.Equal(WireOutcome.OutcomeCancel, worker.ReadFinished(ordinal)!.Outcome);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));
        }

        Assert.Contains("bye", File.ReadAllText(worker.OutputPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_see_the_blocks_environment_and_trace()
    {
        var ordinal = Worker.Submit(new BlockSpec { Command = new CommandLine { Shell = "echo $TRACEPARENT $MINE" }, TraceParent = "00-abc", Environment = { ["MINE"] = "1" } });
        Assert.Equal("00-abc 1\n", Worker.ReadFinished(ordinal)!.Command.StandardOutput);
    }
}
