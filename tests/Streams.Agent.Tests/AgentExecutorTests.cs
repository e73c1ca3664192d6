using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Agent.Tests;

public class AgentExecutorTests
{
    [NeedsFact(Needs.PythonGrpc)]
    public async Task Blocks_run_one_after_another_and_their_output_comes_home()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        for (var ordinal = 1u; ordinal <= 3; ordinal++)
        {
            var events = new RecordedEvents();
            var verdict = await executor.RunAsync(TestSession.Spec(ordinal, $"print:hello {ordinal}\n"), events, default).DefaultTimeout();
            Assert.Equal((BlockOutcome.Pass, true, true), (verdict.Outcome, verdict.Received, events.IsStarted));
            Assert.Equal($"hello {ordinal}\n", events.OutputText.ToString());
        }
    }

    [Theory, InlineData("echo here; exit 0", BlockOutcome.Pass), InlineData("echo here; exit 3", BlockOutcome.Fail)]
    public async Task A_command_runs_in_the_real_worker_program(string shell, BlockOutcome outcome)
    {
        await using var agent = RunningAgent.StartWithRealWorkers();
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        var verdict = await executor.RunAsync(TestSession.Spec(1, shell), new RecordedEvents(), default).DefaultTimeout();

        Assert.True(outcome == verdict.Outcome, verdict.Message);
        Assert.Equal("here\n", verdict.Command?.StandardOutput);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_thousand_log_lines_arrive_in_order()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        await executor.RunAsync(TestSession.Spec(1, "log:1000"), events, default).DefaultTimeout();

        Assert.Equal(Enumerable.Range(0, 1000).Select(number => $"line {number}"), events.Lines);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_worker_that_exits_under_its_block_is_a_crash_with_evidence_and_the_next_block_gets_a_fresh_one()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        var crash = await executor.RunAsync(TestSession.Spec(1, "exit:0"), new RecordedEvents(), default).DefaultTimeout();
        var next = await executor.RunAsync(TestSession.Spec(2, "print:x"), new RecordedEvents(), default).DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Crashed, false), (crash.Outcome, crash.Reason, crash.Received));
        Assert.Contains("by itself (exit code 0)", crash.Message, StringComparison.Ordinal);
        Assert.Contains("last words", crash.OutputTail);
        Assert.Equal(BlockOutcome.Pass, next.Outcome);
    }

    [NeedsTheory(Needs.PythonGrpc), InlineData("wait", true), InlineData("hang", false)]
    public async Task A_passed_time_limit_interrupts_whether_the_block_cooperates_or_not(string shell, bool received)
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        var specification = TestSession.Spec(1, shell);
        specification.TimeLimitMs = 300;
        var verdict = await executor.RunAsync(specification, new RecordedEvents(), default).DefaultTimeout();

        Assert.Equal((BlockOutcome.Interrupt, OutcomeReason.TimedOut, received), (verdict.Outcome, verdict.Reason, verdict.Received));
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_stopped_block_that_does_not_listen_is_ended_after_its_grace()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        using var stop = new CancellationTokenSource();
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, "hang"), events, stop.Token);
        await events.FirstOutput.DefaultTimeout(); // lines arrive while the block runs
        await stop.CancelAsync();

        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), ((await running.DefaultTimeout()).Outcome, (await running).Reason));
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_blocks_connection_reaches_the_sync_server_and_each_side_half_closes()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var executor = Executor(connection, async cancellationToken =>
        {
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)server.LocalEndpoint, cancellationToken);
            return client.GetStream();
        });
        var specification = TestSession.Spec(1, "sync:hello");
        specification.Sync = new SyncEndpoint { Party = "s/1" };
        var running = executor.RunAsync(specification, new RecordedEvents(), default);
        using var accepted = await server.AcceptTcpClientAsync().DefaultTimeout();
        using var reader = new StreamReader(accepted.GetStream());
        Assert.Equal("hello\n", await reader.ReadToEndAsync().DefaultTimeout()); // the block's half-close came through
        // More than two windows: credit has to flow.
        await accepted.GetStream().WriteAsync(Encoding.ASCII.GetBytes(new string('x', 3 * WireLimits.ChannelWindow)));
        accepted.Client.Shutdown(SocketShutdown.Send);

        Assert.StartsWith($"{3 * WireLimits.ChannelWindow} bytes, xxx", (await running.DefaultTimeout()).Message, StringComparison.Ordinal);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task Regular_files_come_home_and_all_others_are_refused_with_the_reason()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync().DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        await executor.RunAsync(TestSession.Spec(1, "files"), events, default).DefaultTimeout();

        Assert.Equal(["bytes-\u00ff", "fifo", "link", "plain.txt", "sub/empty"], events.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(new string('x', 200_000))), events.Files["bytes-\u00ff"].Digest);
        Assert.Equal(SHA256.HashData([]), events.Files["sub/empty"].Digest);
        Assert.Equal(5, events.Files["plain.txt"].Size);
        Assert.Equal("it is a FIFO", events.Files["fifo"].Refused);
        Assert.Equal("it is a symbolic link", events.Files["link"].Refused);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_killed_agent_makes_its_block_lost_when_the_lease_is_over_and_the_stream_with_it()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(lease: TimeSpan.FromSeconds(1)).DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, "hang"), events, default);
        await events.FirstOutput.DefaultTimeout();
        agent.Kill();
        var verdict = await running.DefaultTimeout();
        var next = await executor.RunAsync(TestSession.Spec(2, "print:x"), new RecordedEvents(), default).DefaultTimeout();

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Lost, true), (verdict.Outcome, verdict.Reason, verdict.StreamIsLost));
        Assert.Equal((BlockOutcome.Error, OutcomeReason.StreamLost), (next.Outcome, next.Reason));
    }

    [Fact]
    public async Task Disposal_says_goodbye_and_the_agent_is_gone_with_its_files()
    {
        await using var agent = RunningAgent.Start();
        var connection = await agent.OpenAsync(lease: TimeSpan.FromMinutes(10)).DefaultTimeout();
        await connection.DisposeAsync().AsTask().DefaultTimeout();

        Assert.Equal(0, await agent.ExitAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Temporary));
    }

    private static AgentExecutor Executor(AgentConnection connection, Func<CancellationToken, Task<Stream>>? sync = null) =>
        connection.CreateExecutor(new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s", ConnectSync = sync });
}
