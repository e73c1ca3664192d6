using Streams.Wire;

namespace Streams.Agent.Tests;

public class SessionTests
{
    [Fact]
    public async Task Another_token_is_refused_once_the_first_attachment_has_set_it()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach());
        await using var thief = new TestSession(client);
        await thief.SendAsync(new FromController { Attach = TestSession.Attach(connection: 2, token: 'e') });

        var error = await Assert.ThrowsAsync<GrpcException>(thief.ReadAsync);
        Assert.Equal(GrpcStatusCode.Unauthenticated, error.Status);
        await first.SendAsync(new FromController { Goodbye = new Goodbye() }); // the first one goes on
        while (await first.ReadAsync() is not null) ;
        Assert.Equal(0, await agent.ExitAsync());
    }

    [Fact]
    public async Task A_newer_connection_fences_the_older_one_and_an_older_one_is_fenced()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach(connection: 5));
        using var other = await agent.OverSocketAsync();
        await using var second = new TestSession(other);
        await second.AttachAsync(TestSession.Attach(connection: 6));

        Assert.Equal(6ul, (await first.ReadAsync())?.Fenced?.ByConnection);
        Assert.Null(await first.ReadAsync());
        await using var late = new TestSession(other);
        await late.SendAsync(new FromController { Attach = TestSession.Attach(connection: 5) });
        Assert.Equal(6ul, (await late.ReadAsync())?.Fenced?.ByConnection);
    }

    [Fact]
    public async Task Another_protocol_version_is_told_ours()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        var attach = TestSession.Attach();
        attach.Protocol = 2;
        await session.SendAsync(new FromController { Attach = attach });

        Assert.Equal(1u, (await session.ReadAsync())?.BadVersion?.Speaks);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task Events_are_replayed_to_a_new_connection_until_they_are_acknowledged()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach());
        await first.StartWorkerAsync();
        await first.SendAsync(new FromController { Submit = TestSession.Submit(1, "log:3") });
        var ended = await first.EventAsync(AgentEvent.KindOneofCase.Ended);
        await first.SendAsync(new FromController { Acknowledge = new Acknowledge { Sequence = 2 } });
        first.Cancel();

        using var other = await agent.OverSocketAsync();
        await using var second = new TestSession(other);
        var attached = await second.AttachAsync(TestSession.Attach(connection: 2, last: 3));
        Assert.Equal(4ul, attached.FirstSequence);
        Assert.Equal("ended", Assert.Single(attached.Blocks).State);
        for (var sequence = 4ul; sequence <= ended.Sequence; sequence++)
            Assert.Equal(sequence, (await second.EventAsync()).Sequence);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_running_block_does_not_notice_that_the_connection_was_lost()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        var client = agent.OverStdio();
        await using var first = new TestSession(client);
        await first.AttachAsync(TestSession.Attach());
        await first.StartWorkerAsync();
        await first.SendAsync(new FromController { Submit = TestSession.Submit(1, "wait") });
        var output = await first.EventAsync(AgentEvent.KindOneofCase.Output);
        client.Dispose(); // both pipes end

        using var other = await agent.OverSocketAsync();
        await using var second = new TestSession(other);
        await second.AttachAsync(TestSession.Attach(connection: 2, last: output.Sequence));
        await second.SendAsync(new FromController { Cancel = new CancelRemoteBlock { Worker = "w1", Ordinal = 1, Reason = "enough" } });
        var ended = await second.EventAsync(AgentEvent.KindOneofCase.Ended);
        Assert.Equal(WireOutcome.OutcomeCancel, ended.Ended.Finished?.Outcome);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task The_end_of_the_lease_ends_everything()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach(leaseMs: 1500));
        await session.StartWorkerAsync();
        await session.SendAsync(new FromController { Submit = TestSession.Submit(1, "hang") });
        var worker = (await session.EventAsync(AgentEvent.KindOneofCase.Output)).Worker;

        Assert.Equal("w1", worker); // and from here on nothing renews the lease
        Assert.Equal(0, await agent.ExitAsync());
        AssertNothingLeft(agent);
    }

    [NeedsTheory(Needs.PythonGrpc), InlineData("goodbye"), InlineData("end of input")]
    public async Task Goodbye_and_the_end_of_input_without_a_lease_end_everything_at_once(string how)
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach(leaseMs: how == "goodbye" ? 60_000 : 0));
        await session.StartWorkerAsync();
        await session.SendAsync(new FromController { Submit = TestSession.Submit(1, "hang") });
        await session.EventAsync(AgentEvent.KindOneofCase.Output);
        if (how == "goodbye")
        {
            await session.SendAsync(new FromController { Goodbye = new Goodbye() });
            while (await session.ReadAsync() is not null) ;
        }
        else
        {
            agent.Input.Close();
        }

        Assert.Equal(0, await agent.ExitAsync());
        AssertNothingLeft(agent);
    }

    [Fact]
    public async Task An_agent_that_nobody_attached_to_ends_with_its_input()
    {
        await using var agent = RunningAgent.Start();
        agent.Input.Close();

        Assert.Equal(0, await agent.ExitAsync());
        AssertNothingLeft(agent);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_block_that_is_submitted_again_is_not_run_again()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach());
        await session.StartWorkerAsync();
        var submit = TestSession.Submit(1, "append:" + agent["truth"]);
        await session.SendAsync(new FromController { Submit = submit });
        await session.EventAsync(AgentEvent.KindOneofCase.Ended);
        await session.SendAsync(new FromController { Submit = submit });
        var again = (await session.EventAsync(AgentEvent.KindOneofCase.Accepted)).Accepted;
        Assert.Equal(("ended", false), (again.State, again.Conflict));

        await session.SendAsync(new FromController { Submit = TestSession.Submit(1, "append:" + agent["truth"], digest: "other") });
        Assert.True((await session.EventAsync(AgentEvent.KindOneofCase.Accepted)).Accepted.Conflict);
        await session.SendAsync(new FromController { Submit = TestSession.Submit(2, "append:" + agent["truth"]) });
        await session.EventAsync(AgentEvent.KindOneofCase.Ended);
        Assert.Equal(2, (await File.ReadAllLinesAsync(agent["truth"])).Length);
        var journal = await File.ReadAllLinesAsync(Path.Combine(agent.RunDirectory, "journal"));
        Assert.Equal(["ACCEPT", "START", "END", "ACCEPT", "START", "END"], journal.Select(line => line.Split(' ')[0]));
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task A_block_for_a_worker_that_does_not_exist_is_refused()
    {
        await using var agent = RunningAgent.Start(withFakeWorker: true);
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach());
        await session.SendAsync(new FromController { Submit = TestSession.Submit(1, "print:x") });

        Assert.Equal("refused", (await session.EventAsync()).Accepted?.State);
    }

    [NeedsFact(Needs.PythonGrpc)]
    public async Task An_acknowledgement_of_what_was_never_sent_ends_the_session()
    {
        await using var agent = RunningAgent.Start();
        using var client = agent.OverStdio();
        await using var session = new TestSession(client);
        await session.AttachAsync(TestSession.Attach());
        await session.SendAsync(new FromController { Acknowledge = new Acknowledge { Sequence = 7 } });

        var error = await Assert.ThrowsAsync<GrpcException>(session.EventAsync);
        Assert.Equal(GrpcStatusCode.InvalidArgument, error.Status);
    }

    private static void AssertNothingLeft(RunningAgent agent)
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Temporary));
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), process =>
        {
            try
            {
                return File.ReadAllText(process + "/cmdline").Contains(agent.PythonPath, StringComparison.Ordinal);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false; // no process, or it ended meanwhile
            }
        });
    }
}
