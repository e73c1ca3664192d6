using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace Streams.Sync.Tests;

/// <summary>
/// A pair of parties passes barriers while others attack. Under eng/prove 2,000 slow sockets, 1 GiB without a newline,
/// a million fuzzed lines; the suite does a slice.
/// </summary>
[CollectionDefinition(nameof(AttackTests), DisableParallelization = true)]
[Collection(nameof(AttackTests))]
public sealed class AttackTests(ITestOutputHelper output)
{
    [Fact, Trait("Campaign", "sync-attack")]
    public async Task Attackers_neither_stop_the_good_nor_fill_the_memory()
    {
        await using var meeting = new Meeting();
        await meeting.StartAsync(new SyncServerOptions { MaxNames = 1_000_000 });
        using var attack = new CancellationTokenSource();
        var alone = await GoodPairAsync(meeting, "alone", Campaign.IsFull ? 3000 : 200);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var end = IPEndPoint.Parse(meeting.Server.Address[4..]);
        var attackers = new[]
        {
            SlowSocketsAsync(end, Campaign.IsFull ? 2000 : 300, attack.Token),
            NoNewlineAsync(end, Campaign.IsFull ? 1L << 30 : 16L << 20),
            FuzzAsync(meeting.Server, Campaign.IsFull ? 1_000_000 : 5_000),
        };
        var under = await GoodPairAsync(meeting, "under", Campaign.IsFull ? 3000 : 200);
        var joining = new List<double>();
        for (var i = 0; i < (Campaign.IsFull ? 300 : 20); i++)
        {
            var watch = Stopwatch.StartNew();
            await using var newcomer = new SyncClient(new SyncClientOptions { Address = meeting.Server.Address, Token = meeting.Server.Token, Party = $"new{i}" });
            await newcomer.BarrierAsync($"new{i}", 1).DefaultTimeout();
            joining.Add(watch.Elapsed.TotalMilliseconds);
        }
        await Task.WhenAll(attackers[1..]).WaitAsync(TimeSpan.FromMinutes(10));
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await attack.CancelAsync();
        await attackers[0].DefaultTimeout();
        Campaign.Tell(output, "sync-attack", string.Create(CultureInfo.InvariantCulture, $"p99 of a barrier: alone {P99(alone):0.00} ms, under attack {P99(under):0.00} ms; join and pass under attack p50 {joining.Order().ElementAt(joining.Count / 2):0.0} p99 {P99(joining):0.0} ms; heap {(after - before) / 1048576.0:0.0} MiB more"));
        Assert.True(after - before < 64 << 20, $"the heap grew by {after - before} bytes");
    }

    private static double P99(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);

    private static async Task<List<double>> GoodPairAsync(Meeting meeting, string name, int rounds)
    {
        var (a, b) = (meeting.Client($"{name}-a"), meeting.Client($"{name}-b"));
        var times = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(a.BarrierAsync(name, 2), b.BarrierAsync(name, 2)).DefaultTimeout();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        return times;
    }

    private static async Task SlowSocketsAsync(IPEndPoint server, int count, CancellationToken stop)
    {
        var sockets = new Socket[count];
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % count)
            {
                try
                {
                    if (sockets[i] is not { Connected: true })
                    {
                        sockets[i]?.Dispose();
                        sockets[i] = new Socket(SocketType.Stream, ProtocolType.Tcp);
                        await sockets[i].ConnectAsync(server, stop);
                    }
                    await sockets[i].SendAsync("H"u8.ToArray(), stop);
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    sockets[i]?.Dispose();
                }
            }
        }
        finally
        {
            foreach (var socket in sockets)
                socket?.Dispose();
        }
    }

    private static async Task NoNewlineAsync(IPEndPoint server, long bytes)
    {
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'A');
        for (long sent = 0; sent < bytes;)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server);
            try
            {
                while (sent < bytes)
                    sent += await socket.SendAsync(chunk);
            }
            catch (SocketException)
            {
                // Thrown out; comes again until the whole has been sent.
            }
        }
    }

    private static async Task FuzzAsync(SyncServer server, int lines)
    {
        var random = new Random(1);
        for (var sent = 0; sent < lines;)
        {
            try
            {
                await using var client = await RawClient.GreetAsync(server, $"fuzz{random.Next(50)}");
                for (var i = 0; i < 200 && sent < lines; i++, sent++)
                    await client.SendAsync(FuzzedLines.Next(random));
            }
            catch (SocketException)
            {
                // Thrown out for a bad line.
            }
            catch (Xunit.Sdk.XunitException)
            {
                // Pushed out of the waiting room by the slow ones.
            }
        }
    }
}
