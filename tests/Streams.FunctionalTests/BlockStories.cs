using System.Globalization;
using System.Text.Json;

namespace Streams.FunctionalTests;

/// <summary>What holds for the blocks of a stream wherever it runs; told on this machine and on another host alike.</summary>
internal static class BlockStories
{
    public static async Task Kept_command_lives_until_its_stream_ends(StreamCollection streams, ExecutionStream stream)
    {
        var (kept, child) = await stream.RunFgAsync(async block =>
        {
            await using var server = await block.StartAsync("sleep 300 & echo $!; wait", Ready.Line("^[0-9]+$"));
            server.Keep();
            block.State["server"] = server;
            var other = await block.StartAsync("exec sleep 300"); // not kept: the sweep has something to do
            block.State["other"] = other.ProcessId;
            return (server.ProcessId, int.Parse((await FirstLineAsync(server)), CultureInfo.InvariantCulture));
        }).DefaultTimeout();
        await stream.RunFgAsync("setsid -f sleep 299; echo another sweep").DefaultTimeout();

        Assert.Equal((true, true, false), await AliveAsync());
        await stream.RunFgAsync(async block => { await ((RunningCommand)block.State["server"]).StopAsync(); }).DefaultTimeout();
        Assert.Equal((false, false, false), await AliveAsync());

        async Task<(bool Kept, bool Child, bool Other)> AliveAsync() => await stream.RunFgAsync(block =>
            (IsAlive(kept), IsAlive(child), IsAlive((int)block.State["other"]))).DefaultTimeout();
    }

    public static async Task Killed_worker_takes_what_it_kept_along_and_forgets(StreamCollection streams, ExecutionStream stream)
    {
        var kept = await stream.RunFgAsync(async block =>
        {
            var server = await block.StartAsync("trap '' TERM HUP; while :; do sleep 1; done");
            server.Keep();
            block.State["server"] = server;
            return server.ProcessId;
        }).DefaultTimeout();
        var crash = await stream.RunBg(() => Environment.FailFast("on purpose")).Completion.DefaultTimeout();
        var (isThere, isAlive) = await stream.RunFgAsync(block => (block.State.ContainsKey("server"), IsAlive(kept))).DefaultTimeout();

        Assert.Equal(OutcomeReason.Crashed, crash.Reason);
        Assert.Equal((false, false), (isThere, isAlive));
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();
        _ = await Record.ExceptionAsync(() => streams.WaitAsync());
    }

    public static async Task Fresh_process_shares_nothing_with_the_blocks_around_it(ExecutionStream stream)
    {
        var before = await stream.RunFgAsync(block => Use(block)).DefaultTimeout();
        var again = await stream.RunFgAsync(block => Use(block)).DefaultTimeout();
        var fresh = await stream.RunFgAsync(block => Use(block), new BlockOptions { FreshProcess = true }).DefaultTimeout();
        var after = await stream.RunFgAsync(block => Use(block)).DefaultTimeout();

        Assert.Equal(before.Pid, again.Pid);
        Assert.Equal(2, again.Uses);
        Assert.Equal((1, 1), (fresh.Uses, after.Uses));
        Assert.Equal(3, new[] { before.Pid, fresh.Pid, after.Pid }.Distinct().Count());

        static (int Pid, int Uses) Use(BlockContext block) =>
            (Environment.ProcessId, (int)block.State.AddOrUpdate("uses", 1, (_, uses) => (int)uses + 1));
    }

    public static async Task Collected_files_come_home_also_from_a_block_that_fails(StreamCollection streams, ExecutionStream stream)
    {
        var run = stream.RunBg(async block =>
        {
            var directory = Directory.CreateTempSubdirectory("collect-").FullName;
            block.Collect($"{directory}/x*");
            block.Measure("lines", 3, "1/s");
            await block.RunAsync($"cd {directory}; echo one > x1; echo two > y2; ln -s /etc/passwd x-link; mkdir x3; echo three > x3/deep; mkfifo x-fifo");
            throw new InvalidOperationException(directory);
        });
        var result = await run.Completion.DefaultTimeout();
        await streams.WaitAsync(ignoreFailures: true).DefaultTimeout();
        _ = await Record.ExceptionAsync(() => streams.WaitAsync());
        await streams.DisposeAsync();

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.Exception), (result.Outcome, result.Reason));
        Assert.Empty(result.Warnings);
        var collected = Path.Combine(result.Directory, "data", result.Error!.Message.TrimStart('/'));
        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(collected, "x1")));
        Assert.Equal(["x1", "x3/deep"], Directory.GetFiles(collected, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(collected, file)).Order(StringComparer.Ordinal));
        var log = await File.ReadAllTextAsync(Path.Combine(result.Directory, "debug.log"));
        Assert.Contains("x-link' was not collected: it is a symbolic link to '/etc/passwd'", log, StringComparison.Ordinal);
        Assert.Contains("x-fifo' was not collected: it is a FIFO", log, StringComparison.Ordinal);

        using var block = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(result.Directory, "result.json")));
        using var all = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(streams.ResultsDirectory, "results.json")));
        foreach (var json in new[] { block.RootElement, all.RootElement.GetProperty("streams")[0].GetProperty("blocks")[0] })
        {
            var measured = json.GetProperty("measurements")[0];
            Assert.Equal(("lines", 3, "1/s"), (measured.GetProperty("name").GetString(), measured.GetProperty("value").GetDouble(), measured.GetProperty("unit").GetString()));
        }

        Assert.Contains("lines 3 1/s</title>", await File.ReadAllTextAsync(Path.Combine(streams.ResultsDirectory, "timeline.html")), StringComparison.Ordinal);
        if (Directory.Exists(result.Error.Message))
            Directory.Delete(result.Error.Message, recursive: true); // another host's goes with the host
    }

    public static async Task Output_of_a_block_is_read_while_it_runs(StreamCollection streams, ExecutionStream stream)
    {
        var run = stream.RunBg(async block =>
        {
            Console.WriteLine("begun");
            await block.Sync.BarrierAsync("seen", 2, TimeSpan.FromSeconds(30));
            await block.RunAsync("printf 'end\\nrest'");
        });
        var lines = new List<string>();
        await foreach (var line in run.Output)
        {
            lines.Add(line);
            if (line == "begun")
            {
                Assert.Equal(BlockPhase.Started, run.Phase);
                await streams.Sync.BarrierAsync("seen", 2, TimeSpan.FromSeconds(30));
            }
        }

        Assert.Equal(["begun", "end", "rest"], lines);
        await run.Completion.DefaultTimeout();
    }

    /// <summary>What a program can see of where it runs.</summary>
    public const string Look = """
        umask; ulimit -a
        grep -E '^(Sig(Ign|Blk)|Shd|NoNewPrivs|Seccomp|Cap|Uid|Gid|Groups|Umask)' /proc/self/status
        cat /proc/self/limits
        ls /proc/self/fd | sort -n | tr '\n' ' '; echo
        nice
        echo ENVIRONMENT
        cat /proc/self/environ | tr '\0' '\n' | grep -v -e '^_=' -e '^SHLVL=' | sort
        """;

    public static void AssertPlain(string plain, string inBlock, IReadOnlyCollection<string> ownVariables)
    {
        var (plainRest, plainVariables) = Split(plain);
        var (blockRest, blockVariables) = Split(inBlock);
        Assert.Equal(plainRest, blockRest);
        var added = blockVariables.Except(plainVariables).Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(ownVariables.Order(StringComparer.Ordinal), added);
        Assert.Empty(plainVariables.Except(blockVariables));
    }

    private static (string Process, List<string> Variables) Split(string look)
    {
        var parts = look.Split("ENVIRONMENT\n");
        return (parts[0], [.. parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }

    private static bool IsAlive(int pid) => File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static async Task<string> FirstLineAsync(RunningCommand command)
    {
        await foreach (var line in command.Output)
            return line;
        return "";
    }
}
