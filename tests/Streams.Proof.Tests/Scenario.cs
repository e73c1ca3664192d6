using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Streams.Proof.Tests;

/// <summary>One run of the scenario, and what it left.</summary>
internal sealed class Scenario : IDisposable
{
    /// <summary>The limits in the scenario, and room for a slow machine under a tracer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CleanLimit = TimeSpan.FromSeconds(15);

    /// <summary>Seconds that the daemons sleep, so long that only their end by somebody else is one; each run has its own number.</summary>
    private static int _nextMark = 1_000_000 + (Environment.ProcessId * 100);

    private readonly TempDirectory _directory = new();
    private readonly string _mark = Interlocked.Increment(ref _nextMark).ToString(CultureInfo.InvariantCulture);

    public static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        typeof(Scenario).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "KillScenario").Value!));

    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    public string this[string file] => _directory[file];

    /// <summary>What the scenario printed; null if it was killed before its last line.</summary>
    public IReadOnlyList<string>? Verdicts { get; set; }

    public string Printed { get; private set; } = "";

    /// <summary>Time from the end of the scenario's own process until nothing of it was left.</summary>
    public TimeSpan TimeToClean { get; private set; }

    public Process Start(IEnumerable<string> before, IReadOnlyDictionary<string, string>? variables = null, params string[] more)
    {
        var command = new List<string>([.. before, Program, _directory.Root, _mark, .. more]);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Dotnet)!;
        // Only the machine's own files: nothing that a runner of tests sets for its own process.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("STREAMS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_HOST_PATH"] = Dotnet;
        start.Environment["KILL_SCENARIO"] = _mark;
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of the run, then until nothing of it is left.</summary>
    public async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        var printed = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"The scenario did not end within {Limit.TotalSeconds} s.");
        }

        var ended = Stopwatch.StartNew();
        while (Left().Count > 0 && ended.Elapsed < CleanLimit)
            await Task.Delay(10);
        TimeToClean = ended.Elapsed;
        // A stray may hold the pipes: its output is not worth a hang.
        await Task.WhenAny(Task.WhenAll(printed, errors), Task.Delay(TimeSpan.FromSeconds(2)));
        Printed = (printed.IsCompletedSuccessfully ? printed.Result : "") + (errors.IsCompletedSuccessfully ? errors.Result : "");
        var lines = Printed.Split('\n');
        Verdicts = lines.Contains("DONE") ? [.. lines.Where(line => line.StartsWith("VERDICT ", StringComparison.Ordinal))] : null;
    }

    /// <summary>Processes of this run that live: each carries the run's number or directory.</summary>
    public List<RunningProcess> Left() =>
        [.. RunningProcess.With(_mark, Variable).Where(process => Path.GetFileName(process.Arguments is [var program, ..] ? program : null) != "strace"), .. RunningProcess.GuardsAlone()];

    private string Variable => $"KILL_SCENARIO={_mark}";

    /// <summary>Everything that must never be, a line each.</summary>
    public IEnumerable<string> Wrong()
    {
        foreach (var process in Left())
            yield return $"stray {process.Id}: {string.Join(' ', process.Arguments)}";
        var truth = File.Exists(this["truth"]) ? File.ReadAllLines(this["truth"]) : [];
        var started = Names(truth, "start ");
        var ended = Names(truth, "end ");
        foreach (var name in truth.GroupBy(line => line, StringComparer.Ordinal).Where(lines => lines.Count() > 1))
            yield return $"ran twice: {name.Key}";
        foreach (var verdict in Verdicts ?? [])
        {
            var words = verdict.Split(' ');
            if (words[2] is "Pass" or "Warn" && !ended.Contains(words[1]))
                yield return $"wrong verdict: {verdict}, but the block did not end by itself";
            if (words[3] is "NotStarted" or "Stopped" or "StreamLost" && words[2] is "Error" && started.Contains(words[1]))
                yield return $"wrong verdict: {verdict}, but the block had started";
        }

        foreach (var problem in ResultsCheck.Wrong(this["results"], ended))
            yield return problem;
    }

    public void Dispose()
    {
        foreach (var process in Left())
            Kill(process.Id);
        _directory.Dispose();
    }

    public static void Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static HashSet<string> Names(string[] truth, string word) =>
        [.. truth.Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => line[word.Length..])];
}
