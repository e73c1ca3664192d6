using System.Globalization;
using Streams;

namespace KillScenario;

/// <summary>
/// A small run that is killed at every moment: two streams, four blocks, a barrier, a file, and a daemon that every block
/// leaves behind. What really happened is written by the blocks themselves, with fsync, to a file outside of everything.
/// Arguments: DIRECTORY MARK ["sweep"]; "sweep" runs one empty block, as the next run on this machine would. With the variable
/// KILL_SCENARIO_PLACE the streams are on that host, reached as KILL_SCENARIO_SSH (a configuration file) says, with a lease of
/// KILL_SCENARIO_LEASE seconds; the truth is then in /tmp there.
/// </summary>
internal static class KillScenarioProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task<int> Main(string[] arguments)
    {
        var (directory, mark) = (arguments[0], arguments[1]);
        var options = new StreamCollectionOptions
        {
            // The next run on this machine has results of its own, which are not looked at.
            ResultsRoot = Path.Combine(directory, arguments is [_, _, "sweep"] ? "results-of-next" : "results"),
            Owner = "KillScenario",
            BlockTimeLimit = Limit,
            Grace = TimeSpan.FromSeconds(1),
        };
        var place = Environment.GetEnvironmentVariable("KILL_SCENARIO_PLACE") ?? "local";
        if (place != "local")
        {
            options = options with
            {
                Lease = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("KILL_SCENARIO_LEASE")!, CultureInfo.InvariantCulture)),
                Ssh = new SshOptions { ConfigFile = Environment.GetEnvironmentVariable("KILL_SCENARIO_SSH") },
            };
        }

        await using var streams = new StreamCollection(_ => { }, options);
        var a = streams.Add(place, "a");
        if (arguments is [_, _, "sweep"])
        {
            await a.RunFgAsync(() => { });
            return 0;
        }

        var b = streams.Add(place, "b");
        var truth = Path.Combine(place == "local" ? directory : "/tmp", "truth");
        var runs = new List<BlockRun>
        {
            a.RunBg(block => Truth.RunAsync(block, truth, "a1", mark, barrier: null), new BlockOptions { Name = "a1" }),
            b.RunBg(block => Truth.RunAsync(block, truth, "b1", mark, barrier: "meet"), new BlockOptions { Name = "b1" }),
            a.RunBg(block => Truth.RunAsync(block, truth, "a2", mark, barrier: "meet"), new BlockOptions { Name = "a2" }),
            b.RunBg(block => Truth.RunAsync(block, truth, "b2", mark, barrier: null), new BlockOptions { Name = "b2" }),
        };
        await streams.WaitAsync(ignoreFailures: true);
        foreach (var run in runs)
        {
            var result = await run.Completion;
            Console.WriteLine($"VERDICT {result.Name[2..]} {result.Outcome} {result.Reason}");
        }

        Console.WriteLine("DONE");
        return 0;
    }
}
