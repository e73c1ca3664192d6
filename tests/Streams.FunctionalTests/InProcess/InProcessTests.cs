using System.Globalization;
using Streams.Execution;

namespace Streams.FunctionalTests.InProcess;

/// <summary>What is particular to streams in the test's own process; all else is in the contract.</summary>
public class InProcessTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_variable_of_the_environment_runs_this_machines_streams_in_process_and_is_said()
    {
        string directory;
        await using (var streams = new StreamCollection(output.WriteLine))
        {
            // In a worker, whose environment is not that of the tests that run beside this one.
            var run = streams.Add("localhost", "outer").RunBg(async () =>
            {
                Environment.SetEnvironmentVariable("STREAMS_INPROC", "1");
                await using var nested = new StreamCollection();
                var first = await nested.Add("localhost").RunFgAsync(() => Environment.ProcessId);
                var second = await nested.Add("localhost").RunFgAsync(block => block.Stream);
                Environment.SetEnvironmentVariable("STREAMS_INPROC", "perhaps");
                var refused = Record.Exception(() => nested.Add("localhost"))?.Message ?? "not refused";
                return (Environment.ProcessId, first, second, refused);
            });
            var (worker, inner, name, why) = await run.ValueAsync().DefaultTimeout();
            directory = run.Result!.Directory;

            Assert.Equal(worker, inner);
            Assert.Equal("localhost-2", name);
            Assert.Contains("STREAMS_INPROC is 'perhaps'", why, StringComparison.Ordinal);
        }

        var said = File.ReadAllLines(Path.Combine(directory, "streams/debug.log")).Where(line => line.Contains("STREAMS_INPROC", StringComparison.Ordinal));
        Assert.Contains("in the test's own process", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_debugged_block_has_no_limit()
    {
        await using var workers = InProcessWorkers.Open();
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions
        {
            Executor = stream => new InProcessExecutor(workers, new WorkerIdentity("run", "collection", stream, "inproc"), TimeProvider.System, isDebugged: () => true),
        });

        var slow = await streams.Add("inproc").RunFgAsync(
            async () =>
            {
                await Task.Delay(500);
                return "stepped through";
            },
            new BlockOptions { TimeLimit = TimeSpan.FromMilliseconds(50) }).DefaultTimeout();

        Assert.Equal("stepped through", slow);
    }

    [Fact]
    public async Task A_block_that_does_not_stop_on_request_is_no_harmless_cancel()
    {
        using var gate = new ManualResetEventSlim();
        var key = Contracts.Stuck.Add(gate);
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { Grace = TimeSpan.FromMilliseconds(100) });
        var run = streams.Add("inproc").RunBg(() => Contracts.Stuck.Wait(key));
        await Eventually.True(() => run.Phase == BlockPhase.Started);

        var result = await run.StopAsync().DefaultTimeout();
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        gate.Set();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.Stopped), (result.Outcome, result.Reason));
        Assert.Contains("still runs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_thread_of_a_stream_ends_with_its_collection()
    {
        int thread;
        await using (var streams = new StreamCollection(output.WriteLine))
            thread = await streams.Add("inproc").RunFgAsync(() => int.Parse(Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", false)!.FullName), CultureInfo.InvariantCulture)).DefaultTimeout();

        await Eventually.True(() => !Directory.Exists($"/proc/self/task/{thread}"));
    }

    [Fact]
    public async Task Commands_of_two_in_process_streams_have_sockets_of_their_own()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var sockets = await Task.WhenAll(new[] { "a", "b" }.Select(name => streams.Add("inproc", name).RunFgAsync("echo $STREAMS_SYNC"))).DefaultTimeout();

        Assert.Equal(2, sockets.Select(command => command.StandardOutput.Trim()).Where(text => text.StartsWith("unix:", StringComparison.Ordinal)).Distinct().Count());
    }
}
