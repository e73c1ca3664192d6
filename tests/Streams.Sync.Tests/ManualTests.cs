using System.Text;
using System.Text.RegularExpressions;

namespace Streams.Sync.Tests;

/// <summary>What the protocol document shows, done as it is written, with the tools it names.</summary>
public sealed class ManualTests : IAsyncLifetime
{
    private readonly Meeting _meeting = new();

    public Task InitializeAsync() => _meeting.StartAsync();

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [NeedsFact(Needs.Netcat)]
    public async Task Session_of_the_protocol_document_runs_as_written()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sync-protocol.md"));
        var session = Regex.Match(document, @"<!-- nc session[^\n]*\n```\n(.*?)```", RegexOptions.Singleline).Groups[1].Value
            .Replace("PORT", _meeting.Server.Address.Split(':')[2], StringComparison.Ordinal)
            .Replace("TOKEN", _meeting.Server.Token, StringComparison.Ordinal);
        var lines = session.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var command = lines[0].Split(' ');
        Assert.Equal(["$", "nc"], command[..2]);
        await using var nc = new ProcessUnderTest("nc", command[2..]);
        foreach (var line in lines[1..])
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
                await nc.SayAsync(line[2..]);
            else
                Assert.Matches($"^{Regex.Escape(line[2..]).Replace(@"\.\.\.", ".*", StringComparison.Ordinal)}$", await nc.HearAsync());
        }
        nc.CloseInput();
        Assert.Equal(0, (await nc.ExitAsync()).Code);
    }

    [NeedsFact(Needs.Netcat)]
    public async Task Shell_client_meets_a_party_and_is_at_most_ten_lines()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "barrier.sh");
        Assert.InRange(File.ReadLines(script).Count(line => line.Length > 0 && line[0] != '#'), 1, 10);
        await using var shell = Script("sh", script, "setup", "2", "30");
        await _meeting.Client("party").BarrierAsync("setup", 2).DefaultTimeout();
        Assert.Equal((0, "", ""), await shell.ExitAsync());
    }

    [NeedsFact(Needs.Netcat)]
    public async Task Shell_client_says_why_it_failed()
    {
        await using var shell = Script("sh", Path.Combine(AppContext.BaseDirectory, "barrier.sh"), "setup", "2", "2");
        var (code, _, error) = await shell.ExitAsync();
        Assert.Equal(1, code);
        Assert.Contains("BROKEN setup", error);
    }

    [NeedsFact(Needs.Python)]
    public async Task Python_client_meets_a_party_and_exchanges_values()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "syncclient.py");
        await using (var put = Script("/usr/bin/python3", script, "put", "größe", "\"42\""))
            Assert.Equal(0, (await put.ExitAsync()).Code);
        Assert.Equal("42", await _meeting.Client("reader").GetAsync<string>("größe").DefaultTimeout());
        await _meeting.Client("writer").PutAsync("answer", 7).DefaultTimeout();
        await using (var get = Script("/usr/bin/python3", script, "get", "answer"))
            Assert.Equal((0, "7\n", ""), await get.ExitAsync());
        await using var barrier = Script("/usr/bin/python3", script, "barrier", "setup", "2", "30");
        await _meeting.Client("party").BarrierAsync("setup", 2).DefaultTimeout();
        Assert.Equal((0, "", ""), await barrier.ExitAsync());
    }

    [Fact]
    public async Task Server_sample_serves_until_its_input_ends()
    {
        await using var server = new ProcessUnderTest("dotnet", [Path.Combine(AppContext.BaseDirectory, "ManualSync.Server.dll")]);
        var address = (await server.HearAsync())!["STREAMS_SYNC=".Length..];
        var token = (await server.HearAsync())!["STREAMS_SYNC_TOKEN=".Length..];
        await using var client = new SyncClient(new SyncClientOptions { Address = address, Token = token, Party = "me" });
        await client.BarrierAsync("setup", 1).DefaultTimeout();
        Assert.Equal("setup passed with 1", await server.HearAsync());
        await client.DisposeAsync();
        server.CloseInput();
        Assert.Equal(0, (await server.ExitAsync()).Code);
    }

    [NeedsFact(Needs.Netcat)]
    public async Task Command_of_a_block_gets_an_identity_of_its_own_through_the_relay()
    {
        using var directory = new TempDirectory();
        _meeting.Server.DeclareParty(new SyncParty { Name = "client/1-NetPerf" });
        var block = _meeting.Client("client/1-NetPerf");
        await using var relay = await SyncRelay.StartAsync(new SyncRelayOptions
        {
            UnixSocketPath = directory["sync"], Address = _meeting.Server.Address, Token = _meeting.Server.Token, Party = "client/1-NetPerf",
        });
        var waiting = block.BarrierAsync("setup", 3);
        await using var shell = new ProcessUnderTest("sh", [Path.Combine(AppContext.BaseDirectory, "barrier.sh"), "setup", "3", "30"], ("STREAMS_SYNC", relay.Address), ("STREAMS_SYNC_PARTY", "backup"));
        await using var bare = new ProcessUnderTest("nc", ["-U", directory["sync"]]);
        await bare.SayAsync("ENTER setup 3 30 first");
        await waiting.DefaultTimeout();   // the block's own connection was not fenced
        Assert.Equal(0, (await shell.ExitAsync()).Code);
        Assert.StartsWith("STREAMS-SYNC 1", await bare.HearAsync());
        Assert.Contains(_meeting.Server.List(), line => line.StartsWith("party client/1-NetPerf/cmd1", StringComparison.Ordinal));
        Assert.Contains(_meeting.Server.List(), line => line.StartsWith("party client/1-NetPerf/backup", StringComparison.Ordinal));
        _meeting.Server.EndParty("client/1-NetPerf", new SyncPartyEnd { Outcome = "PASS" });
        Assert.Contains(_meeting.Server.List(), line => line.Contains("client/1-NetPerf/cmd1, ended PASS: ended with client/1-NetPerf", StringComparison.Ordinal));
    }

    private ProcessUnderTest Script(string program, params string[] arguments) =>
        new(program, arguments, ("STREAMS_SYNC", _meeting.Server.Address), ("STREAMS_SYNC_TOKEN", _meeting.Server.Token));
}
