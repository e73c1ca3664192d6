using System.Diagnostics;

namespace Streams.Sync.Tests;

/// <summary>Rounds that can no longer be completed end at once; those that can are left alone.</summary>
public sealed class ImpossibleWaitTests : IAsyncLifetime
{
    private readonly Meeting _meeting = new();

    private SyncServer Server => _meeting.Server;

    public Task InitializeAsync() => _meeting.StartAsync();

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Fact]
    public async Task Open_collection_breaks_nothing_that_somebody_yet_unknown_could_complete()
    {
        var waiting = _meeting.Client("a").BarrierAsync("x", 2);
        Server.DeclareParty(new SyncParty { Name = "b" });
        Server.EndParty("b", new SyncPartyEnd { Outcome = "PASS" });
        await _meeting.UntilAsync("x", "1 of 2");
        await _meeting.Client("added-later").BarrierAsync("x", 2).DefaultTimeout();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Sealing_breaks_a_round_that_too_few_can_come_to_and_says_how_they_ended()
    {
        Server.DeclareParty(new SyncParty { Name = "a" });
        Server.DeclareParty(new SyncParty { Name = "b", Host = "db1" });
        var waiting = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        Server.Seal();
        Assert.False(waiting.IsCompleted);
        var watch = Stopwatch.StartNew();
        Server.EndParty("b", new SyncPartyEnd { Outcome = "PASS" });
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
        Assert.Equal(BarrierCause.Doomed, e.Cause);
        Assert.Contains("too few parties can still come", e.Message);
        Assert.Contains("b (db1), ended PASS", e.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Announced_party_keeps_a_round_alive_in_a_sealed_collection()
    {
        Server.DeclareParty(new SyncParty { Name = "a" });
        Server.DeclareParty(new SyncParty { Name = "queued", State = "queued" });
        Server.Seal();
        var waiting = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "missing: queued, queued");
        await _meeting.Client("queued").BarrierAsync("x", 2).DefaultTimeout();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Party_that_begins_only_after_one_that_waits_for_it_never_comes()
    {
        Server.DeclareParty(new SyncParty { Name = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "s/2", Host = "db1", ComesAfter = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "s/3", ComesAfter = "s/2" });
        Server.Seal();
        var waiting = _meeting.Client("s/1").BarrierAsync("x", 2);
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
        Assert.Equal(BarrierCause.Doomed, e.Cause);
        Assert.Contains("s/2 (db1) begins only after s/1 has ended", e.Message);
    }

    [Fact]
    public async Task Party_that_begins_after_another_is_waited_for_when_that_one_can_end()
    {
        Server.DeclareParty(new SyncParty { Name = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "s/2", ComesAfter = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "t/1" });
        Server.Seal();
        var waiting = _meeting.Client("t/1").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "s/2, alive, which begins only after s/1 has ended");
        Assert.Equal("at 'x' for 1 of s/1, s/2, which begins only after s/1 has ended", Assert.Single(Server.Waits()).What);
        await Task.Delay(2 * new SyncServerOptions().DeadlockSettleTime);
        Assert.False(waiting.IsCompleted);
        Server.EndParty("s/1", new SyncPartyEnd { Outcome = "PASS" });
        Assert.Equal("at 'x' for s/2", Assert.Single(Server.Waits()).What);
        await _meeting.Client("s/2").BarrierAsync("x", 2).DefaultTimeout();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Listed_parties_of_which_one_begins_after_the_other_are_found_out_in_an_open_collection()
    {
        Server.DeclareParty(new SyncParty { Name = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "s/2", ComesAfter = "s/1" });
        Server.DeclareParty(new SyncParty { Name = "s/3", ComesAfter = "s/2" });
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("s/1").BarrierAsync("x", ["s/1", "s/3"]).DefaultTimeout());
        Assert.Contains("s/3 begins only after s/1 has ended, so the two can never meet", e.Message);
    }

    [Fact]
    public async Task Parties_that_wait_for_one_another_break_with_the_wait_graph()
    {
        Server.DeclareParty(new SyncParty { Name = "a" });
        Server.DeclareParty(new SyncParty { Name = "b" });
        Server.Seal();
        var a = _meeting.Client("a").BarrierAsync("setup", 2);
        var b = _meeting.Client("b").BarrierAsync("set-up", 2);
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => a.DefaultTimeout());
        await Assert.ThrowsAsync<BarrierBrokenException>(() => b.DefaultTimeout());
        Assert.Equal(BarrierCause.Doomed, e.Cause);
        Assert.Contains("a waits at 'setup' since", e.Message);
        Assert.Contains("b waits at 'set-up' since", e.Message);
        Assert.Contains("somebody named 'set-up': was the same meant?", e.Message);
    }

    [Fact]
    public async Task Value_that_nobody_can_put_any_more_is_not_waited_for()
    {
        Server.DeclareParty(new SyncParty { Name = "a" });
        Server.Seal();
        var e = await Assert.ThrowsAsync<SyncValueException>(() => _meeting.Client("a").GetAsync<int>("port").DefaultTimeout());
        Assert.Contains("nobody can put it any more", e.Message);
    }

    [Fact]
    public async Task Party_with_commands_on_their_way_keeps_everything_possible_while_it_waits()
    {
        Server.DeclareParty(new SyncParty { Name = "a", MayBringOthers = true });
        Server.Seal();
        Server.DeclareParty(new SyncParty { Name = "a", MayBringOthers = true, HasOthers = true });
        Server.DeclareParty(new SyncParty { Name = "a", State = "running" });   // news of its state take nothing back
        var waiting = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        await _meeting.Client("a/cmd1").BarrierAsync("x", 2).DefaultTimeout();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Party_that_may_bring_others_keeps_a_round_possible_until_it_waits_there_itself()
    {
        Server.DeclareParty(new SyncParty { Name = "a", MayBringOthers = true });
        Server.DeclareParty(new SyncParty { Name = "b", MayBringOthers = true });
        Server.Seal();
        var listed = _meeting.Client("b").BarrierAsync("y", ["a/cmd1", "b"]);
        await _meeting.UntilAsync("y", "1 of 2");
        await _meeting.Client("a/cmd1").BarrierAsync("y", ["a/cmd1", "b"]).DefaultTimeout();
        await listed.DefaultTimeout();
        await _meeting.Client("a/cmd1").DisposeAsync();
        var first = _meeting.Client("b").BarrierAsync("x", 4);
        await _meeting.UntilAsync("x", "1 of 4");   // a is free to start two more
        var last = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("a").BarrierAsync("x", 4).DefaultTimeout());
        Assert.Equal(BarrierCause.Doomed, last.Cause);
        await Assert.ThrowsAsync<BarrierBrokenException>(() => first.DefaultTimeout());
    }

    [Fact]
    public async Task Party_that_may_bring_others_is_doomed_at_once_when_it_waits_and_the_others_have_ended()
    {
        Server.DeclareParty(new SyncParty { Name = "a", MayBringOthers = true });
        Server.DeclareParty(new SyncParty { Name = "b", MayBringOthers = true });
        Server.Seal();
        var waiting = _meeting.Client("a").BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        Server.EndParty("b", new SyncPartyEnd { Outcome = "PASS" });
        Assert.Contains("too few parties can still come", string.Join('\n', Server.Why("x")));   // no time had to pass
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
        Assert.Equal(BarrierCause.Doomed, e.Cause);
    }

    [Fact]
    public async Task Parties_that_may_bring_others_and_wait_for_one_another_break_with_the_wait_graph()
    {
        Server.DeclareParty(new SyncParty { Name = "a", MayBringOthers = true });
        Server.DeclareParty(new SyncParty { Name = "b", MayBringOthers = true });
        Server.Seal();
        var value = _meeting.Client("a").GetAsync<int>("port");
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("b").BarrierAsync("x", 2).DefaultTimeout());
        Assert.Contains("a waits for value 'port' since", e.Message);
        Assert.Contains("b waits at 'x' since", e.Message);
        await Assert.ThrowsAsync<SyncValueException>(() => value.DefaultTimeout());
    }

    [Fact]
    public async Task Late_comer_learns_of_the_failure_that_left_it_alone()
    {
        Server.DeclareParty(new SyncParty { Name = "server" });
        Server.DeclareParty(new SyncParty { Name = "client" });
        Server.EndParty("client", new SyncPartyEnd { Outcome = "ERROR", Reason = "crashed with signal 11", IsUnexpectedFailure = true });
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("server").BarrierAsync("finished", 2).DefaultTimeout());
        Assert.Equal((BarrierCause.Failed, "client"), (e.Cause, e.By));
        Assert.Contains("crashed with signal 11", e.Message);
        Server.Open();   // the test goes on after it
        await _meeting.Client("server").ResetAsync("finished").DefaultTimeout();
        await Task.WhenAll(_meeting.Client("x").BarrierAsync("finished", 2), _meeting.Client("y").BarrierAsync("finished", 2)).DefaultTimeout();
    }

    [Fact]
    public async Task Broken_line_names_at_most_eight_and_counts_the_rest()
    {
        for (var i = 0; i < 20; i++)
            Server.DeclareParty(new SyncParty { Name = $"p{i:00}", Host = "host", Block = "block", State = "running" });
        for (var i = 0; i < 20; i++)
            Server.NoteOutput($"p{i:00}", new string('x', 10_000) + "\u001b[2J");
        var e = await Assert.ThrowsAsync<BarrierTimeoutException>(() => _meeting.Client("p00").BarrierAsync("x", 20, TimeSpan.FromSeconds(0.1)).DefaultTimeout());
        Assert.Equal(8, e.Message.Split("missing: ").Length - 1);
        Assert.Contains("and 11 more", e.Message);
        Assert.DoesNotContain('\u001b', e.Message);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(Protocol.Word.Encode(e.Message)) < 8000);
    }
}
