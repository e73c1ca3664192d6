using System.Globalization;
using System.Net.Sockets;
using Streams.Remoting;
using Streams.Wire;

namespace Streams.Agent.Tests;

public class ReattachTests
{
    [NeedsTheory(Needs.PythonGrpc), InlineData(Cut.Reset), InlineData(Cut.Silence), InlineData(Cut.HalfOpen)]
    public async Task A_cut_link_comes_back_and_the_output_goes_on_without_gap_or_repeat(Cut how)
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(20), reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, $"count:5000:2:{agent["truth"]}"), events, default);
        await events.FirstOutput.DefaultTimeout();
        agent.Connector.Newest.Cut(how);
        var verdict = await running.DefaultTimeout();

        Assert.True(verdict.Outcome == BlockOutcome.Pass, verdict.Message);
        Assert.Equal(await File.ReadAllTextAsync(agent["truth"]), events.OutputText.ToString());
        Assert.Equal(5000, (await File.ReadAllLinesAsync(agent["truth"])).Length);
        Assert.Equal([true, false], events.Away);
        Assert.StartsWith("link to testhost lost (", events.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("), reconnecting; the block goes on", events.Lines[0], StringComparison.Ordinal);
        Assert.Contains("is back after", events.Lines[1], StringComparison.Ordinal);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task Blocks_run_over_the_new_link_as_over_the_old_one()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        for (var ordinal = 1u; ordinal <= 3; ordinal++)
        {
            agent.Connector.Newest.Cut(Cut.Reset);
            var events = new RecordedEvents();
            var verdict = await executor.RunAsync(TestSession.Spec(ordinal, $"print:{ordinal}"), events, default).DefaultTimeout();
            Assert.True(verdict.Outcome == BlockOutcome.Pass, verdict.Message);
            Assert.Equal($"{ordinal}", events.OutputText.ToString());
        }
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_stop_that_was_asked_for_while_the_link_was_down_reaches_the_block()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        using var stop = new CancellationTokenSource();
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, "wait"), events, stop.Token);
        await events.FirstOutput.DefaultTimeout();
        agent.Connector.IsDown = true;
        agent.Connector.Newest.Cut(Cut.Reset);
        await Eventually.True(() => events.Away.Count == 1);
        await stop.CancelAsync();
        agent.Connector.IsDown = false;

        Assert.Equal(BlockOutcome.Cancel, (await running.DefaultTimeout()).Outcome);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_block_that_logs_more_than_is_kept_in_memory_does_not_wait_for_the_link_and_loses_nothing()
    {
        const int Lines = 40_000; // 40 MB; memory keeps 16 MiB
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(60), reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, $"flood:{Lines}:{agent["through"]}"), events, default);
        await Eventually.True(() => events.IsStarted);
        agent.Connector.IsDown = true;
        agent.Connector.Newest.Cut(Cut.Reset);
        await Eventually.True(() => File.Exists(agent["through"]));
        agent.Connector.IsDown = false;
        Assert.Equal(BlockOutcome.Pass, (await running.DefaultTimeout()).Outcome);

        var numbers = events.Lines.Where(line => line.EndsWith('x')).Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(0, Lines), numbers);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_killed_agent_is_found_out_by_the_next_login_and_nothing_of_it_is_left()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(TimeSpan.FromMinutes(10), reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, "tick:" + agent["ticks"]), events, default);
        await events.FirstOutput.DefaultTimeout();
        agent.Kill();
        var verdict = await running.DefaultTimeout();
        var ticks = (await File.ReadAllLinesAsync(agent["ticks"])).Length;

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Lost, true), (verdict.Outcome, verdict.Reason, verdict.StreamIsLost));
        Assert.Contains("the agent on testhost has ended: its process was ended from outside, or crashed", verdict.Message, StringComparison.Ordinal);
        Assert.Contains("The block had started; by now nothing of it runs any more", verdict.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Temporary));
        await Task.Delay(200);
        Assert.Equal(ticks, (await File.ReadAllLinesAsync(agent["ticks"])).Length);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task When_the_lease_ends_before_the_link_is_back_the_block_is_lost_and_has_ended_before_that_is_said()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        await using var connection = await agent.OpenAsync(TimeSpan.FromSeconds(2), reconnects: true).DefaultTimeout();
        await using var executor = Executor(connection);
        var events = new RecordedEvents();
        var running = executor.RunAsync(TestSession.Spec(1, "tick:" + agent["ticks"]), events, default);
        await events.FirstOutput.DefaultTimeout();
        agent.Connector.IsDown = true;
        agent.Connector.First.Cut(Cut.Silence);
        var verdict = await running.DefaultTimeout();
        var ticks = (await File.ReadAllLinesAsync(agent["ticks"])).Length;

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Lost), (verdict.Outcome, verdict.Reason));
        Assert.Contains("did not come back within the lease of 2 s", verdict.Message, StringComparison.Ordinal);
        Assert.Equal(0, await agent.ExitAsync());
        Assert.Equal(ticks, (await File.ReadAllLinesAsync(agent["ticks"])).Length);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task An_attachment_that_was_long_on_its_way_does_not_prolong_the_lease()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        var attached = await first.AttachAsync(TestSession.Attach(leaseMs: 4000));
        using var other = await agent.OverSocketAsync();
        await Task.Delay(1000);
        var late = TestSession.Attach(connection: 2, leaseMs: 60_000);
        late.AgentTimeMs = attached.AgentTimeMs;
        await using var second = new TestSession(other);
        await second.AttachAsync(late);

        Assert.Equal(0, await agent.ExitAsync().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task An_order_over_an_older_connection_is_not_taken_any_more()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach());
        await first.StartWorkerAsync();
        using var other = await agent.OverSocketAsync();
        await using var second = new TestSession(other);
        await second.AttachAsync(TestSession.Attach(connection: 2, last: 1));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await first.SendAsync(new FromController { Submit = TestSession.Submit(1, "append:" + agent["truth"]) });
            while (await first.ReadAsync() is not null) ;
            throw new InvalidOperationException("it ended");
        });
        await second.SendAsync(new FromController { Submit = TestSession.Submit(2, "append:" + agent["other"]) });
        await second.EventAsync(AgentEvent.KindOneofCase.Ended);

        Assert.False(File.Exists(agent["truth"]));
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_blocks_connection_to_the_sync_server_that_comes_while_the_link_is_down_waits_for_the_next()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach());
        await first.StartWorkerAsync();
        first.Cancel();
        using var block = await ConnectHeldAsync(Path.Combine(agent.RunDirectory, "sync-1.sock"));
        using var other = await agent.OverSocketAsync();
        await using var second = new TestSession(other);
        await second.AttachAsync(TestSession.Attach(connection: 2, last: 1));
        FromAgent? message;
        do
            message = await second.ReadAsync();
        while (message is { ChannelOpen: null });

        Assert.Equal("w1", message?.ChannelOpen.Worker);
    }

    /// <summary>A connection that is neither served nor refused: one that came before the agent had noticed the loss is refused.</summary>
    private static async Task<Socket> ConnectHeldAsync(string path)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            if (!socket.Poll(TimeSpan.FromMilliseconds(3000), SelectMode.SelectRead))
                return socket;
            socket.Dispose();
        }
    }

    private static AgentExecutor Executor(AgentConnection connection) =>
        connection.CreateExecutor(new AgentExecutorOptions { Collection = new string('c', 32), Stream = "s" });
}
