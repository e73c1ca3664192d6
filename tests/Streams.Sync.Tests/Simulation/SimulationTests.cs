using System.Diagnostics;
using System.Globalization;
using Streams.Sync.State;
using Xunit.Abstractions;

namespace Streams.Sync.Tests.Simulation;

/// <summary>
/// Random schedules against the pure state machine. STREAMS_SIMULATIONS sets how many, STREAMS_SEED replays one.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static readonly string[] MustHappen =
    [
        "passed", "arrived", "repeat", "answered again", "cut while waiting", "value read",
        "broke Timeout", "broke Lost", "broke Failed", "broke Left", "broke Count", "broke Cancelled", "broke Doomed", "broke Reset", "broke Closed",
        "BAD conflict", "BAD twice", "BAD notlisted", "BAD ended", "BAD exists", "BAD silent", "value Timeout", "value Doomed",
        "command started", "doomed beside one that may bring others",
    ];

    [Fact, Trait("Campaign", "sync-simulation")]
    public void Invariants_hold_in_random_schedules_and_everything_happens()
    {
        var counts = new Dictionary<string, int>();
        if (Environment.GetEnvironmentVariable("STREAMS_SEED") is { } seed)
        {
            Run(int.Parse(seed, CultureInfo.InvariantCulture), counts);
            return;
        }
        var schedules = Campaign.Size("STREAMS_SIMULATIONS", slice: 20_000, full: 100_000);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < schedules; i++)
            Run(i, counts);
        Campaign.Tell(output, "sync-simulation", $"{schedules} schedules: 0 violations, {watch.Elapsed.TotalSeconds:0.0} s.");
        foreach (var (what, times) in counts.OrderBy(count => count.Key))
            output.WriteLine($"{what,-20} {times}");
        Assert.All(MustHappen, what => Assert.True(counts.GetValueOrDefault(what) > 100, $"{what} happened only {counts.GetValueOrDefault(what)} times"));
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Each_seeded_bug_is_found(string bug)
    {
        var counts = new Dictionary<string, int>();
        for (var seed = 0; seed < 20_000; seed++)
        {
            try
            {
                new Schedule(seed, counts, (options, random) => new BuggyMachine(options, Enum.Parse<Bug>(bug), random)).Run();
            }
            catch (InvariantException e)
            {
                output.WriteLine($"{bug}: found at seed {seed} by {e.Message}");
                return;
            }
        }
        Assert.Fail($"{bug} was not found");
    }

    public static TheoryData<string> Bugs() => new(Enum.GetNames<Bug>());

    private static void Run(int seed, Dictionary<string, int> counts)
    {
        try
        {
            new Schedule(seed, counts).Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}\nReplay: STREAMS_SEED={seed} dotnet test tests/Streams.Sync.Tests --filter {nameof(Invariants_hold_in_random_schedules_and_everything_happens)}", e);
        }
    }
}
