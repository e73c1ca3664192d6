namespace Streams.Sync.Tests;

/// <summary>Signs of life, coming back, fencing, and servers that are gone.</summary>
public sealed class ContactTests : IAsyncLifetime
{
    private static readonly SyncServerOptions Quick = new() { Heartbeat = TimeSpan.FromSeconds(0.3), Grace = TimeSpan.FromSeconds(1) };

    private readonly Meeting _meeting = new();

    public Task InitializeAsync() => _meeting.StartAsync(Quick);

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Fact]
    public async Task Silent_party_is_asked_before_release_and_lost_when_it_does_not_answer()
    {
        await using var silent = await RawClient.GreetAsync(_meeting.Server, "silent");
        await silent.SendAsync("ENTER x 2 60 a\n");
        Assert.StartsWith("WAIT", await silent.ReadLineAsync());
        Assert.Equal("PING alive", await silent.ReadLineAsync());
        await Task.Delay(1.2 * Quick.Heartbeat);   // until its last sign of life is older than two heartbeats
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("b").BarrierAsync("x", 2).DefaultTimeout());
        Assert.Equal((BarrierCause.Lost, "silent"), (e.Cause, e.By));
        Assert.StartsWith("BAD silent", await silent.ReadLineAsync());
    }

    [Fact]
    public async Task Complete_round_waits_for_the_sign_of_life_and_then_passes()
    {
        await using var slow = await RawClient.GreetAsync(_meeting.Server, "slow");
        await slow.SendAsync("ENTER x 2 60 a\n");
        Assert.StartsWith("WAIT", await slow.ReadLineAsync());
        Assert.Equal("PING alive", await slow.ReadLineAsync());
        var other = _meeting.Client("b").BarrierAsync("x", 2);
        await slow.SendAsync("PONG alive\n");
        await other.DefaultTimeout();
        Assert.Equal("GO x a 1 2", await slow.ReadLineAsync());
    }

    [Fact]
    public async Task By_hand_nobody_needs_to_answer_a_ping()
    {
        await using var hand = await RawClient.GreetAsync(_meeting.Server, "hand", " manual");
        await hand.SendAsync("ENTER x 2 60 a\n");
        Assert.StartsWith("WAIT", await hand.ReadLineAsync());
        await Task.Delay(3 * Quick.Heartbeat);   // longer than two heartbeats of silence, which is what is tested
        await _meeting.Client("b").BarrierAsync("x", 2).DefaultTimeout();
        Assert.Equal("GO x a 1 2", await hand.ReadLineAsync());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Party_that_is_away_is_neither_asked_nor_lost_and_afterwards_has_its_grace(bool comesBack)
    {
        await using (var before = await RawClient.GreetAsync(_meeting.Server, "a"))
        {
            await before.SendAsync("ENTER x 2 60 a1\n");
            Assert.Equal("WAIT x a1 1 1/2", await before.ReadLineAsync());
            _meeting.Server.NoteContact("a", isAway: true);
        }

        var other = _meeting.Client("b").BarrierAsync("x", 2);
        await Task.Delay(1.5 * Quick.Grace);   // it would be lost by now
        Assert.False(other.IsCompleted);
        _meeting.Server.NoteContact("a", isAway: false);
        if (!comesBack)
        {
            Assert.Equal("a", (await Assert.ThrowsAsync<BarrierBrokenException>(() => other.DefaultTimeout())).By);
            return;
        }

        await using var after = await RawClient.GreetAsync(_meeting.Server, "a");
        await after.SendAsync("ENTER x 2 60 a1\n");
        await other.DefaultTimeout();
        Assert.Equal("GO x a1 1 2", await after.ReadLineAsync());
    }

    [Fact]
    public async Task Party_that_comes_back_within_the_grace_goes_on_waiting()
    {
        await using (var before = await RawClient.GreetAsync(_meeting.Server, "a"))
        {
            await before.SendAsync("ENTER x 2 60 a1\n");
            Assert.Equal("WAIT x a1 1 1/2", await before.ReadLineAsync());
        }
        await using var after = await RawClient.GreetAsync(_meeting.Server, "a");
        await after.SendAsync("ENTER x 2 60 a1\n");
        Assert.Equal("WAIT x a1 1 1/2", await after.ReadLineAsync());
        await _meeting.Client("b").BarrierAsync("x", 2).DefaultTimeout();
        Assert.Equal("GO x a1 1 2", await after.ReadLineAsync());
        await after.SendAsync("ENTER x 2 60 a1\n");
        Assert.Equal("GO x a1 1 2", await after.ReadLineAsync());
    }

    [Fact]
    public async Task Party_that_does_not_come_back_breaks_the_round_after_the_grace()
    {
        await using (var gone = await RawClient.GreetAsync(_meeting.Server, "gone"))
        {
            await gone.SendAsync("ENTER x 3 60 a1\n");
            Assert.StartsWith("WAIT", await gone.ReadLineAsync());
        }
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => _meeting.Client("b").BarrierAsync("x", 3).DefaultTimeout());
        Assert.Equal((BarrierCause.Lost, "gone"), (e.Cause, e.By));
        Assert.Contains("did not come back within 1.0 s", e.Message);
    }

    [Fact]
    public async Task Same_name_again_takes_over_and_the_old_connection_is_fenced()
    {
        await using var old = await RawClient.GreetAsync(_meeting.Server, "a");
        await using var now = await RawClient.GreetAsync(_meeting.Server, "a");
        Assert.StartsWith("BAD fenced", await old.ReadLineAsync());
        Assert.Null(await old.ReadLineAsync());
        await now.SendAsync("PING x\n");
        Assert.Equal("PONG x", await now.ReadLineAsync());
    }

    [Fact]
    public async Task Older_connection_that_arrives_late_is_the_one_fenced()
    {
        await using var newer = await RawClient.GreetAsync(_meeting.Server, "a", " conn=i:2");
        await using var older = await RawClient.ConnectAsync(_meeting.Server.Address);
        await older.ReadLineAsync();
        await older.SendAsync($"HELLO 1 a token={_meeting.Server.Token} conn=i:1\n");
        Assert.StartsWith("BAD fenced", await older.ReadLineAsync());
        await newer.SendAsync("PING x\n");
        Assert.Equal("PONG x", await newer.ReadLineAsync());
    }

    [Fact]
    public async Task Server_that_was_restarted_releases_nobody()
    {
        await using var first = await SyncServer.StartAsync(Quick);
        await using var second = await SyncServer.StartAsync(Quick with { Token = first.Token });
        var address = first.Address;
        Stream? connection = null;
        await using var client = new SyncClient(new SyncClientOptions
        {
            Address = "swapped", Token = first.Token, Party = "a",
            Connect = async cancellationToken => connection = await Client.Dialer.ConnectAsync(address, cancellationToken),
        });
        var waiting = client.BarrierAsync("x", 2);
        while (!first.Why("x")[0].Contains("1 of 2", StringComparison.Ordinal))
            await Task.Delay(1);
        address = second.Address;
        await connection!.DisposeAsync();
        var e = await Assert.ThrowsAsync<BarrierBrokenException>(() => waiting.DefaultTimeout());
        Assert.Equal(BarrierCause.Restarted, e.Cause);
        await client.BarrierAsync("x", 1).DefaultTimeout();   // the client is usable with the new one
    }

    [Fact]
    public async Task Connection_that_stood_longer_than_the_grace_is_made_again_like_any_other()
    {
        Stream? connection = null;
        var client = _meeting.Client("a", options => options with
        {
            Grace = TimeSpan.FromSeconds(0.3),
            Connect = async cancellationToken => connection = await Client.Dialer.ConnectAsync(_meeting.Server.Address, cancellationToken),
        });
        var waiting = client.BarrierAsync("x", 2);
        await _meeting.UntilAsync("x", "1 of 2");
        await Task.Delay(TimeSpan.FromSeconds(0.5));   // longer than the grace, which is what is tested
        await connection!.DisposeAsync();
        await _meeting.Client("b").BarrierAsync("x", 2).DefaultTimeout();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Server_that_cannot_be_reached_is_contact_lost_and_says_where()
    {
        await using var gone = await SyncServer.StartAsync();
        await gone.DisposeAsync();
        await using var client = new SyncClient(new SyncClientOptions { Address = gone.Address, Token = gone.Token, Party = "a", Grace = TimeSpan.FromSeconds(0.3) });
        var e = await Assert.ThrowsAsync<SyncContactLostException>(() => client.BarrierAsync("x", 1).DefaultTimeout());
        Assert.Contains(gone.Address, e.Message);
    }

    [Fact]
    public async Task Connection_over_a_link_is_served_like_any_other()
    {
        await using var client = new SyncClient(new SyncClientOptions
        {
            Address = "link", Token = _meeting.Server.Token, Party = "far",
            Connect = async cancellationToken =>
            {
                var (near, far) = await LoopbackAsync(cancellationToken);
                _ = _meeting.Server.ServeAsync(far, CancellationToken.None);
                return near;
            },
        });
        await Task.WhenAll(client.BarrierAsync("x", 2), _meeting.Client("near").BarrierAsync("x", 2)).DefaultTimeout();
    }

    private static async Task<(Stream Near, Stream Far)> LoopbackAsync(CancellationToken cancellationToken)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var near = new System.Net.Sockets.TcpClient();
        await near.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint, cancellationToken);
        return (near.GetStream(), (await listener.AcceptTcpClientAsync(cancellationToken)).GetStream());
    }
}
