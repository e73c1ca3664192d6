using System.Diagnostics;
using System.Text.Json;
using Streams.Processes;
using Eventually = Streams.Tests.Shared.Eventually;

namespace Streams.Tests.Interruption;

/// <summary>Ctrl-C once, twice, and SIGTERM, at a program of its own.</summary>
public class InterruptionTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [Fact]
    public async Task Ctrl_C_cancels_what_is_queued_ends_what_runs_and_leaves_complete_results()
    {
        using var program = new Program("obedient");
        var directory = await program.StartedAsync();

        program.Signal(Interrupt);
        var said = await program.Process.StandardOutput.ReadToEndAsync().DefaultTimeout();
        var complaints = await program.Process.StandardError.ReadToEndAsync().DefaultTimeout();
        await program.Process.WaitForExitAsync().DefaultTimeout();

        Assert.Equal(InterruptedProgram.Cancelled, program.Process.ExitCode);
        Assert.Contains("the run was interrupted (SIGINT)", said);
        Assert.Contains("nothing is left behind", complaints);
        Assert.Equal(["stopped: the run was interrupted (SIGINT)", "not run: the run was interrupted (SIGINT)"], Messages(directory, out var complete));
        Assert.True(complete);
    }

    [Fact]
    public async Task The_second_Ctrl_C_ends_the_program_at_once_and_lists_what_may_be_left()
    {
        using var program = new Program("stubborn");
        var directory = await program.StartedAsync();

        program.Signal(Interrupt);
        await Eventually.True(() => File.ReadAllText(Path.Combine(directory, "events.jsonl")).Contains("not run: the run was interrupted", StringComparison.Ordinal));
        program.Signal(Interrupt);
        var complaints = await program.Process.StandardError.ReadToEndAsync().DefaultTimeout();
        await program.Process.WaitForExitAsync().DefaultTimeout();

        Assert.Equal(128 + Interrupt, program.Process.ExitCode);
        Assert.Contains("s/1-Running still runs on localhost", complaints);
        Assert.Contains("s/1-Running still runs on localhost", await File.ReadAllTextAsync(Path.Combine(directory, "left-behind.txt")));
    }

    [Fact]
    public async Task SIGTERM_ends_the_program_when_the_blocks_have_ended_and_are_on_record()
    {
        using var program = new Program("obedient");
        var directory = await program.StartedAsync();

        program.Signal(Terminate);
        await program.Process.WaitForExitAsync().DefaultTimeout();

        Assert.Contains(program.Process.ExitCode, new[] { 128 + Terminate, InterruptedProgram.Cancelled });
        var events = await File.ReadAllTextAsync(Path.Combine(directory, "events.jsonl"));
        Assert.Contains("stopped: the run was interrupted (SIGTERM)", events);
        Assert.Contains("not run: the run was interrupted (SIGTERM)", events);
    }

    private static IReadOnlyList<string?> Messages(string directory, out bool complete)
    {
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "results.json")));
        complete = results.RootElement.GetProperty("complete").GetBoolean();
        return [.. results.RootElement.GetProperty("streams")[0].GetProperty("blocks").EnumerateArray().Select(block => block.GetProperty("message").GetString())];
    }

    private sealed class Program : IDisposable
    {
        private readonly TempDirectory _results = new();

        public Program(string how)
        {
            var start = new ProcessStartInfo(DotnetLaunch.Find().Dotnet) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["exec", Supervision.ProbeProgram.Path, "interrupted", _results.Root, how])
                start.ArgumentList.Add(argument);
            Process = Process.Start(start)!;
        }

        public Process Process { get; }

        /// <summary>Completes with the results directory when its first block runs.</summary>
        public async Task<string> StartedAsync() => await Process.StandardOutput.ReadLineAsync().DefaultTimeout() ?? throw new InvalidOperationException("it ended before");

        public void Signal(int signal) => Assert.Equal(0, NativeMethods.Kill(Process.Id, signal));

        public void Dispose()
        {
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
            _results.Dispose();
        }
    }
}
