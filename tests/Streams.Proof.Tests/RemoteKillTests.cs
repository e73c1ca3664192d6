using System.Diagnostics;
using System.Globalization;
using System.Text;
using Streams.Tests.Shared.TestBed;

namespace Streams.Proof.Tests;

/// <summary>Promise 13 on another host: the test process is killed with -9 at any moment, and the lease ends what it had there.</summary>
public class RemoteKillTests(ITestOutputHelper output)
{
    private const int Lease = 3;

    /// <summary>The lease, the agent's looking at it once in a quarter of it, ending everything, and our looking.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Lease + 10);

    private readonly Random _random = new(Campaign.Seed);

    [NeedsFact(SshHosts.Needed), Trait("Campaign", "remote-kill")]
    public async Task Nothing_runs_on_a_host_after_the_lease_whenever_the_test_process_is_killed()
    {
        var kills = Campaign.Size("STREAMS_REMOTE_KILLS", slice: 3, full: 50);
        await using var bed = await Bed.UpAsync("dotnet");
        var host = bed["dotnet"];
        var wrong = new List<string>();
        var seconds = new List<double>();
        var running = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            using var scenario = new Scenario();
            using var process = scenario.Start([], new Dictionary<string, string>
            {
                ["KILL_SCENARIO_PLACE"] = host.Place,
                ["KILL_SCENARIO_SSH"] = bed.SshConfig,
                ["KILL_SCENARIO_LEASE"] = Lease.ToString(CultureInfo.InvariantCulture),
            });
            var delay = TimeSpan.FromMilliseconds(_random.Next(200, 4000));
            await Task.Delay(delay);
            running += process.HasExited ? 0 : 1;
            Scenario.Kill(process.Id);
            var clock = Stopwatch.StartNew();
            await scenario.EndAsync(process);
            var left = await LeftAsync(bed);
            while (left.Length > 0 && clock.Elapsed < Limit)
            {
                await Task.Delay(100);
                left = await LeftAsync(bed);
            }

            seconds.Add(clock.Elapsed.TotalSeconds);
            if (left.Length > 0)
                wrong.Add($"killed after {delay.TotalMilliseconds} ms, left after {clock.Elapsed.TotalSeconds:0.0} s: {left}");
            await bed.RunAsync(host, "rm -f /tmp/truth");
        }

        seconds.Sort();
        var text = new StringBuilder("| kills | while it ran | lease | seconds until nothing was left, median | maximum | processes or files left |\n|---|---|---|---|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| {kills} | {running} | {Lease} s | {seconds[kills / 2]:0.0} | {seconds[^1]:0.0} | {wrong.Count} |\n\nSeed {Campaign.Seed}.");
        Campaign.Tell(output, "remote-kill", text.ToString());
        Assert.Empty(wrong);
    }

    /// <summary>Processes of a run on the host, and what it keeps in /tmp. The store of sent files is meant to stay.</summary>
    private static async Task<string> LeftAsync(Bed bed) => await bed.ExecAsync(
        bed["dotnet"],
        "{ ps -eo pid=,args= | grep -E '[S]treams.Agent.dll|[S]treams.dll|[s]leep [0-9]{7}|[s]treams-guard' || true; ls -d /tmp/st-* 2>/dev/null || true; }");
}
