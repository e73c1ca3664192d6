using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Tests.Workers;

/// <summary>Commands that run in the background of a block.</summary>
public class BackgroundCommandTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private TestWorker Worker => fixture.Worker;

    [Fact]
    public void Command_runs_until_it_is_disposed_of_with_all_that_it_started()
    {
        var (during, after) = Worker.Result<(int, int)>(async (BlockContext block) =>
        {
            List<int> pids = [];
            await using (var running = await block.StartAsync("sleep 100 & setsid sleep 100 & echo $! ; wait", Ready.Line("^[0-9]+$")))
                pids = [.. TreeOf(running.ProcessId)];
            return (pids.Count, pids.Count(pid => ProcessIdentity.Of(pid) is not null));
        });
        Assert.Equal((3, 0), (during, after));
    }

    [Fact]
    public void Command_ends_with_its_block_however_that_ends()
    {
        var pid = Worker.Result<int>(async (BlockContext block) => (await block.StartAsync("exec sleep 100")).ProcessId);
        Assert.Null(ProcessIdentity.Of(pid));

        var failed = Worker.Finish(async (BlockContext block) =>
        {
            var running = await block.StartAsync("exec sleep 100");
            throw new InvalidOperationException($"{running.ProcessId}");
        });
        Assert.Null(ProcessIdentity.Of(int.Parse(failed.Error.Message, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Stop_asks_with_TERM_and_forces_after_the_grace()
    {
        Assert.Equal(7, Worker.Result<int>(async (BlockContext block) =>
        {
            await using var polite = await block.StartAsync("trap 'exit 7' TERM; echo up; while :; do sleep 0.02; done", Ready.Line("up"));
            return (await polite.StopAsync(TimeSpan.FromSeconds(20))).ExitCode;
        }));
        Assert.Equal(9, Worker.Result<int>(async (BlockContext block) =>
        {
            await using var deaf = await block.StartAsync("trap '' TERM; echo up; while :; do sleep 0.02; done", Ready.Line("up"));
            return (await deaf.StopAsync(TimeSpan.FromMilliseconds(200))).Signal;
        }));
    }

    [Fact]
    public void Output_is_read_line_by_line_while_it_runs_and_input_is_written()
    {
        var lines = Worker.Result<List<string>>(async (BlockContext block) =>
        {
            var seen = new List<string>();
            await using var cat = await block.StartAsync("cat; echo end >&2");
            await cat.StandardInput.WriteLineAsync("first");
            await foreach (var line in cat.Output)
            {
                seen.Add(line);
                if (line == "first")
                    await cat.StandardInput.WriteLineAsync("second");
                if (line == "second")
                    await cat.StandardInput.DisposeAsync();
            }

            await foreach (var line in cat.Output)
                seen.Add("again " + line);
            return seen;
        });
        Assert.Equal(["first", "second", "end", "again first", "again second", "again end"], lines);
    }

    [Fact]
    public void Output_goes_to_the_block_and_its_last_piece_is_not_lost()
    {
        var finished = Worker.Finish(async (BlockContext block) =>
        {
            await using var running = await block.StartAsync("echo out; echo err >&2; printf rest");
            var result = await running.Exited;
            Assert.Equal(("out\nrest", "err\n", 0), (result.StandardOutput, result.StandardError, result.ExitCode));
        });
        Assert.Equal(WireOutcome.OutcomePass, finished.Outcome);
        Assert.Contains("rest", Worker.OutputOf(finished), StringComparison.Ordinal);
    }

    [Fact]
    public void Listening_is_seen_without_connecting()
    {
        var port = FreePort();
        var accepted = Worker.Result<int>(async (BlockContext block) =>
        {
            // Takes one connection only, and says so: whoever had connected to look would have used it up.
            await using var server = await block.StartAsync(
                ["python3", "-u", "-c", "import socket,sys,time\ntime.sleep(0.3)\ns=socket.create_server(('127.0.0.1',int(sys.argv[1])))\nprint('accepted', s.accept()[1][1])\ntime.sleep(100)", $"{port}"],
                Ready.Listening(port));
            using var client = new TcpClient("127.0.0.1", port);
            await foreach (var line in server.Output)
                return int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) == ((IPEndPoint)client.Client.LocalEndPoint!).Port ? 1 : -1;
            return 0;
        });
        Assert.Equal(1, accepted);
    }

    [Fact]
    public void Death_before_it_is_ready_is_told_with_exit_code_last_lines_and_what_was_waited_for()
    {
        var finished = Worker.Finish((BlockContext block) => block.StartAsync("echo no luck >&2; exit 3", Ready.Listening(1)));

        Assert.Equal(WireReason.ReasonExitCode, finished.Reason);
        Assert.Matches("^Streams.CommandFailedException: Command exited with code 3 after [0-9.]+ s: echo no luck >&2; exit 3\nLast lines of its standard error:\n  no luck\nIt was waited for somebody to listen on port 1\\.$", finished.Message);
        Assert.Contains("start it in the foreground", Worker.Finish((BlockContext block) => block.StartAsync("exit 0", Ready.Listening(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_one_on_the_port_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var finished = Worker.Finish((BlockContext block) => block.StartAsync("echo trying; sleep 100", Ready.Listening(port).Within(TimeSpan.FromMilliseconds(300))));

        Assert.StartsWith("Streams.CommandNotReadyException: Command was not ready within 300 ms, and was ended: echo trying; sleep 100\n  It was waited for somebody to listen on port", finished.Message, StringComparison.Ordinal);
        Assert.Contains($"On port {port} listens process {Environment.ProcessId} (", finished.Message, StringComparison.Ordinal);
        Assert.Contains("Last lines that it printed:\n    trying", finished.Message, StringComparison.Ordinal);
        Assert.False(finished.Message.Contains("already", StringComparison.Ordinal));
    }

    [Fact]
    public void Conditions_are_combined_and_a_file_of_an_earlier_run_does_not_count()
    {
        using var directory = new TempDirectory();
        var file = directory["pid"];
        File.WriteAllText(file, "stale");
        var isStale = Worker.Finish((BlockContext block) => block.StartAsync("echo up; sleep 100", Ready.File(file).And(Ready.Line("up")).Within(TimeSpan.FromMilliseconds(300))));
        Assert.Contains("and has not been written since", isStale.Message, StringComparison.Ordinal);
        Assert.Contains("there was already a line that matches 'up'", isStale.Message, StringComparison.Ordinal);

        Assert.Equal("fresh\n", Worker.Result<string>(async (BlockContext block) =>
        {
            await using var running = await block.StartAsync($"echo up; sleep 0.2; echo fresh > {file}; sleep 100", Ready.File(file).And(Ready.Line("up")));
            return await File.ReadAllTextAsync(file);
        }));
    }

    [Fact]
    public void Cancelling_while_it_gets_ready_ends_it()
    {
        using var directory = new TempDirectory();
        var file = directory["pid"];
        var ordinal = Worker.Submit(async (BlockContext block) => await block.StartAsync($"echo $$ > {file}; exec sleep 100", Ready.Listening(1)));
        SpinWait.SpinUntil(() => File.Exists(file) && File.ReadAllText(file).Length > 1, TimeSpan.FromSeconds(20));
        Worker.Channel.Write(new ToWorker { Cancel = new CancelBlock { Ordinal = ordinal } });

        Assert.Equal(WireOutcome.OutcomeCancel, Worker.ReadFinished(ordinal)!.Outcome);
        Assert.Null(ProcessIdentity.Of(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Kept_command_lives_on_and_is_named_for_the_sweep_until_it_is_stopped()
    {
        var started = Worker.Finish(async (BlockContext block) =>
        {
            await using var server = await block.StartAsync("echo up; while sleep 0.05; do echo tick; done", Ready.Line("up"));
            server.Keep();
            block.State["server"] = server;
        });
        var kept = Assert.Single(started.Kept);
        Assert.NotNull(ProcessIdentity.Of(kept.Pid));

        var next = Worker.Finish(async (BlockContext block) =>
        {
            var server = (RunningCommand)block.State["server"];
            await foreach (var line in server.Output)
            {
                if (line == "tick")
                    break;
            }

            await server.StopAsync();
            block.State.Clear();
        });
        Assert.Equal((WireOutcome.OutcomePass, ""), (next.Outcome, next.Message));
        Assert.Empty(next.Kept);
        Assert.Equal("", Worker.OutputOf(next)); // what it prints belongs to no block now
        Assert.Null(ProcessIdentity.Of(kept.Pid));
    }

    private static List<int> TreeOf(int pid) => [.. ProcessTree.Below(ProcessIdentity.Of(pid)!.Value).Select(entry => entry.ProcessId)];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
