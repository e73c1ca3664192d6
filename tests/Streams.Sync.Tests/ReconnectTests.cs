using Xunit.Abstractions;

namespace Streams.Sync.Tests;

/// <summary>
/// Connections cut at every byte, and at random ones. STREAMS_CUTS sets how many random runs there are; eng/prove does 10,000.
/// </summary>
public sealed class ReconnectTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Meeting _meeting = new();

    public Task InitializeAsync() => _meeting.StartAsync(new SyncServerOptions { MaxNames = 1_000_000, Grace = TimeSpan.FromMinutes(1) });

    public Task DisposeAsync() => _meeting.DisposeAsync().AsTask();

    [Fact, Trait("Campaign", "sync-cut-bytes")]
    public async Task Exchange_cut_after_every_byte_counts_once_and_is_answered()
    {
        var cut = 0;
        await using var proxy = new CuttingProxy(_meeting.Server.Address, () => Interlocked.Exchange(ref cut, 0) is > 0 and var k ? k : null);
        var step = Campaign.Size("STREAMS_CUTS", slice: 0, full: 1) > 0 ? 1 : 7;
        var exchange = 0;
        for (var k = 1; k < 330; k += step, exchange++)
        {
            cut = k;
            await RoundAsync(proxy, $"k{k}");
        }
        Campaign.Tell(output, "sync-cut-bytes", $"{exchange} exchanges, each cut after another byte: {proxy.Cuts} cut; wrong counts 0, changed answers 0.");
        Assert.True(proxy.Cuts > exchange / 2, $"only {proxy.Cuts} of {exchange} were cut");
    }

    [Fact, Trait("Campaign", "sync-cuts")]
    public async Task Random_cuts_neither_count_twice_nor_change_an_answer()
    {
        var runs = Campaign.Size("STREAMS_CUTS", slice: 100, full: 10_000);
        var random = new Random(4711);
        await using var proxy = new CuttingProxy(_meeting.Server.Address, () => { lock (random) return random.Next(3) == 0 ? null : random.Next(1, 330); });
        await Parallel.ForEachAsync(Enumerable.Range(0, runs), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (run, _) => await RoundAsync(proxy, $"r{run}"));
        Campaign.Tell(output, "sync-cuts", $"{runs} runs, {proxy.Cuts} cuts at random bytes: wrong counts 0, changed answers 0.");
        Assert.True(proxy.Cuts > runs / 4);
    }

    // Three parties, two of them behind the proxy: the round must wait for the third, whatever was cut and repeated, and
    // then all must pass, in round 1.
    private async Task RoundAsync(CuttingProxy proxy, string name)
    {
        await using var first = Client(proxy.Address, $"{name}-a");
        await using var second = Client(proxy.Address, $"{name}-b");
        await using var third = Client(_meeting.Server.Address, $"{name}-c");
        var waits = new[] { first.BarrierAsync(name, 3), second.GatherAsync(name, 3, "data") };
        await await Task.WhenAny(_meeting.UntilAsync(name, "2 of 3 parties are here"), waits[0], waits[1]);
        Assert.False(waits[0].IsCompleted || waits[1].IsCompleted);
        await third.BarrierAsync(name, 3).DefaultTimeout();
        try
        {
            await Task.WhenAll(waits).DefaultTimeout();
        }
        catch (TimeoutException)
        {
            output.WriteLine($"{name} passed without {string.Join(" and ", waits.Select((wait, i) => wait.IsCompleted ? "" : $"{name}-{"ab"[i]}").Where(one => one.Length > 0))}; {proxy.Cuts} cuts so far");
            output.WriteLine(string.Join('\n', _meeting.Server.List().Where(line => line.Contains($" {name}", StringComparison.Ordinal))));
            throw;
        }
        Assert.Equal("data", Assert.Single(await (Task<IReadOnlyDictionary<string, string>>)waits[1], entry => entry.Key == $"{name}-b").Value);
        Assert.StartsWith($"Barrier '{name}': nobody waits; 1 rounds so far", _meeting.Server.Why(name)[0]);
    }

    private SyncClient Client(string address, string party) => new(new SyncClientOptions { Address = address, Token = _meeting.Server.Token, Party = party, Grace = TimeSpan.FromMinutes(1) });
}
