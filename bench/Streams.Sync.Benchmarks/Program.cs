// One barrier, last arrival to last release, beside a C server, Redis and MPI in the same run; see BarrierBenchmark;
// with "feed", what an embedding program pays to tell of a party, see FeedBenchmark.
using System.Globalization;
using Streams.Sync;
using Streams.Sync.Benchmarks;

if (args is ["serve"])
{
    // The server in a process of its own, so that the load generator shares nothing with it.
    await using var server = await SyncServer.StartAsync(new SyncServerOptions { MaxConnections = 20_000, MaxNames = 1_000_000 });
    Console.WriteLine(server.Address.Split(':')[2]);
    Console.WriteLine(server.Token);
    await Console.In.ReadToEndAsync();
    return;
}

if (args is ["feed"])
{
    await FeedBenchmark.RunAsync();
    return;
}

int[] parties = args.Length > 0 ? [.. args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture))] : [2, 10, 100, 1_000, 10_000];
await BarrierBenchmark.RunAsync(parties);
