using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>Blocks, barriers, logs and results on other hosts are as on this machine.</summary>
[Collection(SshHostsCollection.Name)]
public class RemoteStreamTests(SshHosts hosts, ITestOutputHelper output)
{
    [NeedsTheory(SshHosts.Needed)]
    [InlineData("dotnet")]
    [InlineData("nodotnet")]
    [InlineData("libc")]
    public async Task A_lambda_with_captures_runs_on_another_host_and_its_value_comes_home(string kind)
    {
        var words = new Dictionary<string, int> { ["answer"] = 42 };
        await using var streams = NewCollection();

        var (name, answer) = await streams.Add(hosts.Bed[kind].Place).RunFgAsync(() => (File.ReadAllText("/etc/hostname").Trim(), words["answer"])).DefaultTimeout();

        Assert.Equal(hosts.Bed[kind].Name, name);
        Assert.Equal(42, answer);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_block_type_with_parameters_runs_on_another_host_and_its_failing_part_comes_home()
    {
        await using var streams = NewCollection();
        var stream = streams.Add(hosts.Bed["dotnet"].Place);

        var name = await stream.RunFgAsync(new Telling("/etc/hostname"), new BlockOptions { Parameters = new { Prefix = "at " } }).DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(new Telling("/no/such/file"))).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal($"at {hosts.Bed["dotnet"].Name}", name);
        var result = Assert.Single(failure.Failures);
        Assert.Equal((BlockPart.SetUp, OutcomeReason.SetUp), (result.FailedPart, result.Reason));
        Assert.Equal("System.IO.DirectoryNotFoundException", result.Error!.Type);
        Assert.Equal("torn down without a name", result.TearDownError!.Message);
        Assert.Equal("Telling { Path = /no/such/file }", result.Description);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Blocks_here_and_on_two_hosts_meet_at_a_barrier_and_exchange_data()
    {
        await using var streams = NewCollection();
        var here = streams.Add("localhost");
        var prepared = streams.Add(hosts.Bed["dotnet"].Place, "prepared");
        var bare = streams.Add(hosts.Bed["nodotnet"].Place, "bare");

        here.RunBg(async block =>
        {
            await block.Sync.PutAsync("word", "hello");
            await block.Sync.BarrierAsync("all", 3, TimeSpan.FromSeconds(30));
        });
        var answers = new[] { prepared, bare }.Select(stream => stream.RunBg(async block =>
        {
            await block.Sync.BarrierAsync("all", 3, TimeSpan.FromSeconds(30));
            return await block.Sync.GetAsync<string>("word");
        })).ToList();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal(["hello", "hello"], await Task.WhenAll(answers.Select(answer => answer.ValueAsync())));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Log_output_whiteboard_and_data_files_come_home()
    {
        string directory;
        await using (var streams = NewCollection())
        {
            var run = streams.Add(hosts.Bed["dotnet"].Place).RunBg(block =>
            {
                block.Log("a line of the log");
                Console.WriteLine("a line of output");
                block.Whiteboard = "97.3 Gbit/s";
                File.WriteAllText(Path.Combine(block.DataDirectory, "samples.csv"), "1,2,3\n");
            });
            await streams.WaitAsync().DefaultTimeout();
            directory = run.Result!.Directory;
        }

        Assert.Contains("a line of the log", File.ReadAllText(Path.Combine(directory, "debug.log")), StringComparison.Ordinal);
        Assert.Equal("a line of output\n", File.ReadAllText(Path.Combine(directory, "output.log")));
        Assert.Equal("97.3 Gbit/s", File.ReadAllText(Path.Combine(directory, "whiteboard")).TrimEnd());
        Assert.Equal("1,2,3\n", File.ReadAllText(Path.Combine(directory, "data", "samples.csv")));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Command_lines_run_there_and_their_holes_are_quoted()
    {
        var evil = "$(touch /tmp/hacked) 'x";
        await using var streams = NewCollection();
        var stream = streams.Add(hosts.Bed["libc"].Place);

        var printed = await stream.RunFgAsync($"printf %s {evil}").DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync("echo no such disk >&2; exit 3")).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(evil, printed.StandardOutput);
        Assert.Contains("code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no such disk", failure.Message, StringComparison.Ordinal);
        Assert.False((await hosts.Bed.RunAsync(hosts.Bed["libc"], "test -e /tmp/hacked")).ExitCode == 0);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Blocks_of_one_stream_run_in_order_and_share_their_worker_and_streams_share_the_connection()
    {
        await using var streams = NewCollection();
        var first = streams.Add(hosts.Bed["dotnet"].Place);
        var second = streams.Add(hosts.Bed["dotnet"].Place);

        var workers = new List<(int Worker, int Parent)>();
        foreach (var stream in new[] { first, first, second })
            workers.Add(await stream.RunFgAsync(() => (Environment.ProcessId, ParentOf(Environment.ProcessId))).DefaultTimeout());

        Assert.Equal(workers[0].Worker, workers[1].Worker);
        Assert.NotEqual(workers[0].Worker, workers[2].Worker);
        Assert.Single(workers.Select(worker => worker.Parent).Distinct());
    }

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("exit")]
    [InlineData("kill")]
    public async Task A_worker_that_dies_there_is_named_and_the_next_block_gets_a_fresh_one(string death)
    {
        await using var streams = NewCollection();
        var stream = streams.Add(hosts.Bed["dotnet"].Place);

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(() =>
        {
            if (death == "exit")
                Environment.Exit(0);
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        })).DefaultTimeout();
        output.WriteLine(failure.Message);
        var next = await stream.RunFgAsync(() => "fresh").DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains(death == "exit" ? "exit" : "SIGKILL", failure.Message, StringComparison.Ordinal);
        Assert.Equal("fresh", next);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_barrier_breaks_at_once_when_the_party_on_another_host_fails()
    {
        await using var streams = NewCollection();
        streams.Add(hosts.Bed["dotnet"].Place, "server").RunBg(() => throw new InvalidOperationException("no port left"), new BlockOptions { Name = "NetServer" });
        streams.Add("localhost", "client").RunBg(block => block.Sync.BarrierAsync("setup", 2, TimeSpan.FromMinutes(5)), new BlockOptions { Name = "NetPerf" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal(["1-NetServer", "1-NetPerf"], failure.Failures.Select(result => result.Name));
        Assert.Contains("server/1-NetServer", failure.Failures[1].Error!.Message, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_block_that_ignores_its_time_limit_is_ended_there()
    {
        await using var streams = NewCollection(new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(200) });
        var stream = streams.Add(hosts.Bed["dotnet"].Place);
        await stream.RunFgAsync(() => { }).DefaultTimeout();

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunFgAsync(
            () =>
            {
                while (true)
                {
                }
            },
            new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(500) })).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_killed_agent_loses_its_blocks_without_waiting_for_the_lease()
    {
        using var bed = new TempDirectory(); // a configuration of its own: the connection is not shared with other tests
        File.Copy(hosts.Bed.SshConfig, bed["config"]);
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = bed["config"] } });
        var stream = streams.Add(hosts.Bed["dotnet"].Place);
        var agent = await stream.RunFgAsync(() => ParentOf(Environment.ProcessId)).DefaultTimeout();
        var victim = stream.RunBg(async block => await Task.Delay(Timeout.Infinite, block.Cancellation));
        await Eventually.True(() => victim.Phase == BlockPhase.Started);

        await hosts.Bed.ExecAsync(hosts.Bed["dotnet"], $"kill -9 {agent}");
        var result = await victim.Completion.DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Lost), (result.Outcome, result.Reason));
        Assert.False(result.IsReceived);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task No_port_is_opened_on_a_host_while_blocks_run_and_meet_there()
    {
        await using var streams = NewCollection();
        var listening = await streams.Add(hosts.Bed["dotnet"].Place).RunFgAsync(async block =>
        {
            await block.Sync.BarrierAsync("alone", 1);
            return (await block.RunAsync("ss -ltnupH")).StandardOutput;
        }).DefaultTimeout();
        output.WriteLine(listening);

        Assert.All(listening.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains("sshd", line, StringComparison.Ordinal));
    }

    [NeedsFact(SshHosts.Needed | Needs.Netcat)]
    public async Task A_shell_script_on_another_host_meets_a_block_here_through_the_connection_that_is_there()
    {
        await using var streams = NewCollection();
        streams.Add(hosts.Bed["dotnet"].Place, "script").RunBg(
            block => block.RunAsync($"sh {Path.Combine(AppContext.BaseDirectory, "barrier.sh")} all 2 30"), new BlockOptions { Name = "Script" });
        streams.Add("localhost", "code").RunBg(block => block.Sync.BarrierAsync("all", 2, TimeSpan.FromSeconds(30)), new BlockOptions { Name = "Code" });

        await streams.WaitAsync().DefaultTimeout();
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Nothing_of_a_run_is_left_on_a_host_but_the_content_that_the_next_run_needs()
    {
        var host = hosts.Bed["dotnet"];
        var marker = $"{Random.Shared.Next(100_000, 999_999)}";
        await using (var streams = NewCollection())
        {
            await streams.Add(host.Place).RunFgAsync($"setsid -f sleep {marker}; sleep {marker} & echo started").DefaultTimeout();
        }

        var processes = await hosts.Bed.ExecAsync(host, "ps -eo args");
        output.WriteLine(processes);

        Assert.DoesNotContain($"sleep {marker}", processes, StringComparison.Ordinal);
    }

    private static int ParentOf(int pid) => int.Parse(
        File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    private StreamCollection NewCollection(StreamCollectionOptions? options = null) =>
        new(output.WriteLine, (options ?? new()) with { Ssh = new SshOptions { ConfigFile = hosts.Bed.SshConfig } });

    internal sealed record Telling(string Path) : Block<string>
    {
        private string? _name;

        public override async Task SetUpAsync(BlockContext block) => _name = (await File.ReadAllTextAsync(Path, block.Cancellation)).Trim();

        public override Task<string> RunAsync(BlockContext block) => Task.FromResult(block.Parameters.Get("Prefix", "") + _name);

        public override Task TearDownAsync(BlockContext block) => _name is null ? throw new InvalidOperationException("torn down without a name") : Task.CompletedTask;
    }
}
