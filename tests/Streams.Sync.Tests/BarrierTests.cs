namespace Streams.Sync.Tests;

public sealed class BarrierTests : IAsyncLifetime
{
    private readonly Meeting _meeting = new();

    public Task InitializeAsync() => _meeting.StartAsync();

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Barrier_releases_all_when_the_last_one_arrives(bool unix)
    {
        using var directory = new TempDirectory();
        await using var meeting = new Meeting();
        await meeting.StartAsync(unix ? new SyncServerOptions { UnixSocketPath = directory["sync"] } : new SyncServerOptions());
        var first = meeting.Client("a").BarrierAsync("setup", 3);
        var second = meeting.Client("b").BarrierAsync("setup", 3);
        Assert.False(first.IsCompleted || second.IsCompleted);
        await meeting.Client("c").BarrierAsync("setup", 3).DefaultTimeout();
        await Task.WhenAll(first, second).DefaultTimeout();
    }

    [Fact]
    public async Task Name_used_in_a_loop_is_a_new_round_each_time()
    {
        var rounds = 0;
        var parties = Enumerable.Range(0, 4).Select(async k =>
        {
            var client = _meeting.Client($"p{k}");
            for (var i = 0; i < 200; i++)
            {
                await client.BarrierAsync("loop", 4);
                if (k == 0)
                    rounds++;
            }
        });
        await Task.WhenAll(parties).DefaultTimeout();
        Assert.Equal(200, rounds);
        Assert.Contains(_meeting.Server.List(), line => line == "barrier loop: idle, 200 rounds");
    }

    [Fact]
    public async Task Timeout_names_who_is_here_and_who_is_missing_and_what_it_does()
    {
        _meeting.Server.DeclareParty(new SyncParty { Name = "server/1-NetServer", Host = "web2", Block = "1-NetServer", State = "running" });
        _meeting.Server.NoteOutput("server/1-NetServer", "Starting netserver");
        var e = await Assert.ThrowsAsync<BarrierTimeoutException>(() => _meeting.Client("client/1-NetPerf").BarrierAsync("setup", 2, TimeSpan.FromSeconds(0.3)).DefaultTimeout());
        Assert.Equal(("setup", BarrierCause.Timeout, 1, 2), (e.Barrier, e.Cause, e.Arrived, e.Expected));
        Assert.Contains("here: client/1-NetPerf since 0.3", e.Message);
        Assert.Contains("missing: server/1-NetServer (web2), block 1-NetServer running", e.Message);
        Assert.Contains("Starting netserver", e.Message);
    }

    [Fact]
    public async Task Earliest_deadline_ends_the_round_for_all()
    {
        var patient = _meeting.Client("patient").BarrierAsync("x", 3, TimeSpan.FromMinutes(5));
        var hasty = _meeting.Client("hasty").BarrierAsync("x", 3, TimeSpan.FromSeconds(0.2));
        var e = await Assert.ThrowsAsync<BarrierTimeoutException>(() => patient.DefaultTimeout());
        Assert.Equal("hasty", e.By);
        await Assert.ThrowsAsync<BarrierTimeoutException>(() => hasty.DefaultTimeout());
    }

    [Fact]
    public async Task Different_counts_fail_both_sides_and_name_both()
    {
        var first = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        var second = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("b").BarrierAsync("x", 3).DefaultTimeout());
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => first.DefaultTimeout());
        Assert.Equal((BarrierCause.Count, BarrierCause.Count), (e.Cause, second.Cause));
        Assert.Contains("a asked for 2, b for 3", e.Message);
        Assert.Contains("a asked for 2, b for 3", second.Message);
    }

    [Fact]
    public async Task Broken_stays_broken_with_its_first_cause_until_reset()
    {
        var (a, b) = (_meeting.Client("a"), _meeting.Client("b"));
        await Assert.ThrowsAsync<BarrierTimeoutException>(() => a.BarrierAsync("x", 2, TimeSpan.FromSeconds(0.1)).DefaultTimeout());
        await Assert.ThrowsAsync<BarrierTimeoutException>(() => b.BarrierAsync("x", 2).DefaultTimeout());
        await Assert.ThrowsAsync<BarrierTimeoutException>(() => b.BarrierAsync("x", 7).DefaultTimeout());
        await b.ResetAsync("x").DefaultTimeout();
        await Task.WhenAll(a.BarrierAsync("x", 2), b.BarrierAsync("x", 2)).DefaultTimeout();
    }

    [Fact]
    public async Task Listed_parties_meet_and_others_are_kept_out_without_harm()
    {
        var a = _meeting.Client("a").BarrierAsync("x", ["a", "b"]);
        await _meeting.UntilAsync("x", "1 of 2");
        var e = await Assert.ThrowsAsync<SyncProtocolException>(() => _meeting.Client("c").BarrierAsync("x", ["a", "c"]).DefaultTimeout());
        Assert.Equal("notlisted", e.Code);
        await _meeting.Client("b").BarrierAsync("x", ["b", "a"]).DefaultTimeout();
        await a.DefaultTimeout();
    }

    [Fact]
    public async Task Failure_of_a_party_breaks_the_round_it_waits_in_with_its_reason()
    {
        var a = _meeting.Client("a").BarrierAsync("x", 3);
        var b = _meeting.Client("b");
        var waiting = b.BarrierAsync("x", 3);
        await _meeting.UntilAsync("x", "2 of 3");
        await b.FailAsync("disk is full").DefaultTimeout();
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => a.DefaultTimeout());
        Assert.Equal((BarrierCause.Failed, "b"), (e.Cause, e.By));
        Assert.Contains("disk is full", e.Message);
        await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
    }

    [Fact]
    public async Task Failure_ends_the_wait_of_those_who_needed_the_failed_party()
    {
        // The pair of the seed: the server's tear-down waits at "finished" for a client that failed before.
        _meeting.Server.DeclareParty(new SyncParty { Name = "server/1-NetServer" });
        _meeting.Server.DeclareParty(new SyncParty { Name = "client/1-NetPerf" });
        var server = _meeting.Client("server/1-NetServer").BarrierAsync("finished", 2);
        await _meeting.UntilAsync("finished", "1 of 2");
        _meeting.Server.EndParty("client/1-NetPerf", new SyncPartyEnd { Outcome = "FAIL", Reason = "netperf exited with 1", IsUnexpectedFailure = true });
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => server.DefaultTimeout());
        Assert.Equal((BarrierCause.Failed, "client/1-NetPerf"), (e.Cause, e.By));
        Assert.Contains("netperf exited with 1", e.Message);
    }

    [Fact]
    public async Task Leaving_breaks_the_round_it_is_listed_for()
    {
        var a = _meeting.Client("a").BarrierAsync("x", ["a", "b"]);
        await _meeting.UntilAsync("x", "1 of 2");
        await _meeting.Client("b").LeaveAsync().DefaultTimeout();
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => a.DefaultTimeout());
        Assert.Equal((BarrierCause.Left, "b"), (e.Cause, e.By));
    }

    [Fact]
    public async Task Cancelling_a_wait_breaks_the_round_for_the_others()
    {
        using var cancel = new CancellationTokenSource();
        var a = _meeting.Client("a").BarrierAsync("x", 3);
        var b = _meeting.Client("b").BarrierAsync("x", 3, cancellationToken: cancel.Token);
        await _meeting.UntilAsync("x", "2 of 3");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => b.DefaultTimeout());
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => a.DefaultTimeout());
        Assert.Equal((BarrierCause.Cancelled, "b"), (e.Cause, e.By));
    }

    [Fact]
    public async Task Gather_hands_everybodys_data_to_all()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 5).Select(k => _meeting.Client($"p{k}").GatherAsync("ports", 5, new { Port = 4000 + k }))).DefaultTimeout();
        foreach (var one in all)
            Assert.Equal([4000, 4001, 4002, 4003, 4004], one.OrderBy(entry => entry.Key).Select(entry => entry.Value.Port));
    }

    [Fact]
    public async Task Wrong_token_is_refused()
    {
        await using var client = new SyncClient(new SyncClientOptions { Address = _meeting.Server.Address, Token = new string('0', 32), Party = "a" });
        var e = await Assert.ThrowsAsync<SyncProtocolException>(() => client.BarrierAsync("x", 1).DefaultTimeout());
        Assert.Equal("auth", e.Code);
    }

    [Fact]
    public async Task Server_that_stops_tells_those_who_wait()
    {
        var a = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        await _meeting.Server.DisposeAsync();
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => a.DefaultTimeout());
        Assert.Equal(BarrierCause.Closed, e.Cause);
    }
}
