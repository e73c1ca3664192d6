using System.Globalization;

namespace Streams.Sync.Benchmarks;

/// <summary>
/// Release time of one barrier for each number of parties. Contestants take turns within each count, so that a busy
/// machine is busy for all of them; ratios are against the C server of the same turns.
/// </summary>
internal static class BarrierBenchmark
{
    private const int Turns = 3;

    public static async Task RunAsync(int[] parties)
    {
        Console.WriteLine("Last arrival to last release (median; best decile), rounds per second, resident bytes per party");
        Console.WriteLine($"{"parties",8} {"server",-13} {"median ms",10} {"x C",6} {"best ms",10} {"x C",6} {"rounds/s",10} {"B/party",8}");
        foreach (var count in parties)
        {
            var results = new Dictionary<string, List<Figures>>();
            for (var turn = 0; turn < Turns; turn++)
                await TurnAsync(count, results);
            var limit = Best(results["C epoll"]);
            foreach (var (name, figures) in results)
                Print(count, name, Best(figures), limit);
        }
    }

    private static async Task TurnAsync(int count, Dictionary<string, List<Figures>> results)
    {
        var (settled, tight) = count switch { <= 10 => (30, 2_000), <= 100 => (20, 500), <= 1_000 => (10, 40), _ => (5, 4) };
        foreach (var start in new Func<Task<Contestant>>[] { Contestant.CAsync, Contestant.StreamsAsync, Contestant.RedisAsync })
        {
            // Redis needs two connections a party, which at 10,000 is more than the usual limit of descriptors.
            if (count > 9_000 && start == Contestant.RedisAsync)
                continue;
            await using var contestant = await start();
            if (contestant.Name == "Streams.Sync")
                await WarmUpAsync(contestant, Math.Min(count, 100));
            Add(results, contestant.Name, await contestant.MeasureAsync(count, settled, tight));
        }
        if (count <= 4)
            Add(results, "MPI over tcp", await Contestant.MpiAsync(count));
    }

    /// <summary>
    /// Has the hot paths compiled for good: the runtime does that in steps, each some calls and a quiet moment after the
    /// one before, which the settled rounds are.
    /// </summary>
    private static async Task WarmUpAsync(Contestant contestant, int count)
    {
        for (var step = 0; step < 3; step++)
            await contestant.MeasureAsync(count, 10, 500);
    }

    private static void Add(Dictionary<string, List<Figures>> results, string name, Figures figures)
    {
        if (!results.TryGetValue(name, out var list))
            results.Add(name, list = []);
        list.Add(figures);
    }

    /// <summary>Of several turns the least disturbed one.</summary>
    private static Figures Best(List<Figures> turns) => new(
        turns.Min(turn => turn.ReleaseMs), turns.Min(turn => turn.BestMs), turns.Max(turn => turn.RoundsPerSecond), turns.Min(turn => turn.BytesPerParty));

    private static void Print(int count, string name, Figures figures, Figures limit) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{count,8} {name,-13} {figures.ReleaseMs,10:0.000} {figures.ReleaseMs / limit.ReleaseMs,6:0.00} {figures.BestMs,10:0.000} {figures.BestMs / limit.BestMs,6:0.00} {figures.RoundsPerSecond,10:0} {figures.BytesPerParty,8}"));
}
