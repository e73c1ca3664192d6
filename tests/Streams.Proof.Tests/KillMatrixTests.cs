using System.Diagnostics;
using System.Text;
using Streams.Processes;
using Streams.Scheduling;

namespace Streams.Proof.Tests;

/// <summary>Promises 11, 13 to 16: whatever is killed, whenever: nothing stays, nothing is half written, no verdict is wrong.</summary>
public class KillMatrixTests(ITestOutputHelper output)
{
    private static readonly string[] Calls = ["write", "pwrite64", "sendmsg", "recvmsg", "read", "rename", "openat", "unlink", "mkdir", "connect", "clone3", "vfork", "fsync", "close"];

    private readonly Random _random = new(Campaign.Seed);

    [NeedsFact(Needs.Root | Needs.Strace), Trait("Campaign", "kill-calls")]
    public async Task Nothing_is_left_or_wrong_when_a_process_is_killed_at_any_of_its_system_calls()
    {
        var all = new List<string>();
        var text = new StringBuilder(KillMatrix.Head);
        foreach (var role in (Role[])[Role.Test, Role.Supervisor, Role.Worker])
        {
            var matrix = new KillMatrix();
            var reached = Campaign.IsFull
                ? await EveryCallAsync(role, matrix)
                : await SomeCallsAsync(role, matrix, Campaign.Size("STREAMS_KILLS", slice: 2, full: 0));
            text.Append('\n').Append(matrix.Row($"{role} at its n-th call{reached}"));
            all.AddRange(matrix.Wrong);
        }

        Campaign.Tell(output, "kill-calls", $"{text}\n\nSeed {Campaign.Seed}.");
        Assert.Empty(all);
    }

    [NeedsFact(Needs.Root), Trait("Campaign", "kill-together")]
    public async Task Nothing_is_left_or_wrong_when_any_of_them_are_killed_together_at_any_moment()
    {
        var matrices = new SortedDictionary<Role, KillMatrix>();
        var runs = Campaign.Size("STREAMS_KILLS", slice: 4, full: 150);
        for (var run = 0; run < runs; run++)
        {
            var roles = Campaign.IsFull ? (Role)(1 + (run % 15)) : (Role)_random.Next(1, 16);
            if (!matrices.TryGetValue(roles, out var matrix))
                matrices.Add(roles, matrix = new KillMatrix());
            await KillTogetherAsync(roles, TimeSpan.FromMilliseconds(_random.Next(0, 1200)), matrix);
        }

        var text = matrices.Aggregate(new StringBuilder(KillMatrix.Head), (rows, pair) => rows.Append('\n').Append(pair.Value.Row(pair.Key.ToString())));
        Campaign.Tell(output, "kill-together", $"{text}\n\nSeed {Campaign.Seed}.");
        Assert.Empty(matrices.Values.SelectMany(matrix => matrix.Wrong));
    }

    [NeedsFact(Needs.Root), Trait("Campaign", "kill-failpoints")]
    public async Task Nothing_is_left_or_wrong_when_a_process_is_killed_at_a_failpoint()
    {
        var names = FailpointNames();
        var alone = new KillMatrix();
        foreach (var name in Campaign.IsFull ? names : _random.GetItems(names, Campaign.Size("STREAMS_KILLS", slice: 4, full: 0)))
            await KillAtFailpointsAsync([name], alone);
        var pairs = new KillMatrix();
        for (var run = 0; run < Campaign.Size("STREAMS_KILLS", slice: 1, full: 100); run++)
            await KillAtFailpointsAsync(_random.GetItems(names, 2), pairs);

        Campaign.Tell(output, "kill-failpoints", $"{KillMatrix.Head}\n{alone.Row($"at one of {names.Length} failpoints")}\n{pairs.Row("at two of them")}\n\nSeed {Campaign.Seed}.");
        Assert.Empty(alone.Wrong.Concat(pairs.Wrong));
    }

    /// <summary>n = 1, 2, 3 ... for each kind of call, to the first n that the process does not reach; STREAMS_KILL_STEP: in larger steps.</summary>
    private static async Task<string> EveryCallAsync(Role role, KillMatrix matrix)
    {
        var step = Campaign.Size("STREAMS_KILL_STEP", slice: 1, full: 1);
        var reached = new StringBuilder();
        foreach (var call in Calls)
        {
            var number = 1;
            while (await KillAtAsync(role, call, number, matrix))
                number += step;
            reached.Append(reached.Length == 0 ? $", step {step}, to the last: " : ", ").Append(call).Append(' ').Append(Math.Max(0, number - step));
        }

        return reached.ToString();
    }

    private async Task<string> SomeCallsAsync(Role role, KillMatrix matrix, int runs)
    {
        for (var run = 0; run < runs; run++)
            await KillAtAsync(role, Calls[_random.Next(Calls.Length)], _random.Next(1, 60), matrix);
        return "";
    }

    private static async Task<bool> KillAtAsync(Role role, string call, int number, KillMatrix matrix)
    {
        using var scenario = new Scenario();
        var tracer = new Tracer(role, call, number, scenario);
        using var process = scenario.Start(tracer.Before, tracer.Variables());
        await scenario.EndAsync(process);
        var killed = tracer.HasKilled;
        matrix.Add(scenario, $"{role} at {call} {number}", killed);
        if (role != Role.Test && scenario.Verdicts is null)
            matrix.Wrong.Add($"{role} at {call} {number}: wrong verdict: the test process gave none: {scenario.Printed}");
        return killed;
    }

    private static string[] FailpointNames()
    {
        var steps = typeof(Failpoints).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        var phases = Enum.GetValues<BlockPhase>();
        var changes = from before in phases from after in phases where BlockLifecycle.IsLegal(before, after) select BlockLifecycle.FailpointOf(before, after);
        return [.. steps, .. changes];
    }

    private static async Task KillAtFailpointsAsync(string[] names, KillMatrix matrix)
    {
        using var scenario = new Scenario();
        var log = scenario["failpoints"];
        using var process = scenario.Start([], new Dictionary<string, string>
        {
            [Failpoint.Variable] = string.Join(',', names.Select(name => $"{name}:kill")),
            [Failpoint.LogVariable] = log,
        });
        await scenario.EndAsync(process);
        // The guard is a shell program and writes no log.
        var reached = names.Any(name => name.StartsWith("guard.", StringComparison.Ordinal)) || (File.Exists(log) && File.ReadAllLines(log).Any(line => names.Contains(line[(line.IndexOf(' ') + 1)..])));
        await SweepAsync(scenario);
        matrix.Add(scenario, string.Join(" and ", names), reached);
    }

    /// <summary>With every net cut at once, the next run on the machine sweeps.</summary>
    private static async Task SweepAsync(Scenario scenario)
    {
        if (scenario.Left().Count == 0)
            return;
        var verdicts = scenario.Verdicts;
        using var next = scenario.Start([], more: "sweep");
        await scenario.EndAsync(next);
        scenario.Verdicts = verdicts;
    }

    private static async Task KillTogetherAsync(Role roles, TimeSpan delay, KillMatrix matrix)
    {
        using var scenario = new Scenario();
        using var process = scenario.Start([]);
        var clock = Stopwatch.StartNew();
        var victims = new List<int>();
        while (!process.HasExited)
        {
            var running = RunningProcess.Below(process.Id);
            victims = [.. running.Where(candidate => candidate.Role != Role.None && roles.HasFlag(candidate.Role)).Select(candidate => candidate.Id)];
            if (roles.HasFlag(Role.Test))
                victims.Add(process.Id);
            var wanted = Enum.GetValues<Role>().Where(role => role is not (Role.None or Role.Test) && roles.HasFlag(role));
            if (clock.Elapsed >= delay && wanted.All(role => running.Any(candidate => candidate.Role == role)))
                break;
            await Task.Delay(1);
        }

        var late = process.HasExited;
        foreach (var victim in late ? [] : victims)
            Scenario.Kill(victim);
        await scenario.EndAsync(process);
        if (roles.HasFlag(Role.Supervisor | Role.Guard))
            await SweepAsync(scenario);
        matrix.Add(scenario, $"{roles} after {delay.TotalMilliseconds} ms", !late);
    }
}
