using System.Diagnostics;
using System.Globalization;

namespace Streams.Sync.Benchmarks;

/// <summary>A server under measurement: its process, and how the load generator is to drive it.</summary>
internal sealed class Contestant : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string[] _drive;

    private Contestant(string name, Process process, string[] drive)
    {
        Name = name;
        _process = process;
        _drive = drive;
    }

    public string Name { get; }

    public static async Task<Contestant> StreamsAsync()
    {
        var process = Start(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(Contestant).Assembly.Location, "serve"] : ["serve"]);
        var port = (await process.StandardOutput.ReadLineAsync())!;
        var token = (await process.StandardOutput.ReadLineAsync())!;
        return new Contestant("Streams.Sync", process, ["line", port, $"HELLO 1 p{{id}} token={token}", "ENTER {name} {n} 600 a{k}", "GO"]);
    }

    public static async Task<Contestant> CAsync()
    {
        var process = Start(await CompileAsync("barrierd"), []);
        return new Contestant("C epoll", process, ["line", (await process.StandardOutput.ReadLineAsync())!, "", "{name} {n}", "ok"]);
    }

    public static async Task<Contestant> RedisAsync()
    {
        var port = (20_000 + Environment.ProcessId % 20_000).ToString(CultureInfo.InvariantCulture);
        var process = Start("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", "25000", "--dir", Path.GetTempPath()]);
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("eady to accept", StringComparison.Ordinal))
        {
        }
        return new Contestant("Redis", process, ["redis", port]);
    }

    /// <summary>Median and best decile of the release in ms, rounds a second, bytes a party.</summary>
    public async Task<Figures> MeasureAsync(int parties, int settled, int tight)
    {
        var generator = Start(await CompileAsync("barrierc"), [.. _drive, .. new[] { settled, tight, parties }.Select(figure => figure.ToString(CultureInfo.InvariantCulture))], ("PROBE_PID", _process.Id.ToString(CultureInfo.InvariantCulture)));
        return Figures.Parse(await generator.StandardOutput.ReadToEndAsync());
    }

    /// <summary>MPI needs no server: every process of the job is a party.</summary>
    public static async Task<Figures> MpiAsync(int parties)
    {
        var program = await CompileAsync("mpibarrier", "mpicc");
        var job = Start("mpirun", ["--allow-run-as-root", "--oversubscribe", "--mca", "btl", "self,tcp", "-n", $"{parties}", program, "20", "2000"]);
        var json = System.Text.Json.JsonDocument.Parse(await job.StandardOutput.ReadToEndAsync()).RootElement;
        return new Figures(json.GetProperty("release_ms").GetDouble(), json.GetProperty("release_ms").GetDouble(), json.GetProperty("per_s").GetDouble(), 0);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<string> CompileAsync(string name, string compiler = "cc")
    {
        var binary = Path.Combine(AppContext.BaseDirectory, name);
        if (!File.Exists(binary))
        {
            var compile = Start(compiler, ["-O2", "-o", binary, binary + ".c"]);
            await compile.WaitForExitAsync();
            if (compile.ExitCode != 0)
                throw new InvalidOperationException($"{compiler} {name}.c: {await compile.StandardError.ReadToEndAsync()}");
        }
        return binary;
    }

    private static Process Start(string command, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment["DOTNET_TieredPGO"] = "1";
        return Process.Start(start)!;
    }
}

/// <summary>One measurement.</summary>
internal sealed record Figures(double ReleaseMs, double BestMs, double RoundsPerSecond, long BytesPerParty)
{
    public static Figures Parse(string line)
    {
        var words = line.Split(' ');
        return words.Length == 4
            ? new Figures(Number(words[0]), Number(words[1]), Number(words[2]), (long)Number(words[3]))
            : throw new InvalidOperationException($"the load generator said '{line}'");
    }

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);
}
