using System.Diagnostics;
using System.Globalization;

namespace Streams.Sync.Benchmarks;

/// <summary>What it costs an embedding program to tell of a party: declared, declared again as running, ended; nobody waits.</summary>
internal static class FeedBenchmark
{
    private const int Parties = 10_000;

    public static async Task RunAsync()
    {
        Console.WriteLine("Declare, declare again and end of one party, in microseconds, by how many were declared before");
        for (var turn = 0; turn < 4; turn++)
        {
            await using var server = await SyncServer.StartAsync();
            server.Seal();
            var line = string.Create(CultureInfo.InvariantCulture, $"turn {turn}:");
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Parties; i++)
            {
                Tell(server, $"client/{i}-Load");
                if (i % 2_000 != 1_999)
                    continue;
                line += string.Create(CultureInfo.InvariantCulture, $"  {i - 1_999}: {watch.Elapsed.TotalMicroseconds / 2_000:0.00}");
                watch.Restart();
            }
            Console.WriteLine(line);
        }
    }

    private static void Tell(SyncServer server, string name)
    {
        server.DeclareParty(new SyncParty { Name = name, Host = "db1", Block = "Load", State = "queued", MayBringOthers = true });
        server.DeclareParty(new SyncParty { Name = name, Host = "db1", Block = "Load", State = "running", MayBringOthers = true });
        server.EndParty(name, new SyncPartyEnd { Outcome = "PASS" });
    }
}
