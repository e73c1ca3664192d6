using System.Diagnostics;

namespace Streams.Benchmarks;

/// <summary>A block that does nothing, on a warm local stream, with its lines in the record.</summary>
internal static class WarmLocalBlock
{
    private const int Warm = 3000;
    private const int PerRound = 2000;

    public static async Task<Figure> MeasureAsync(Limits limits, int rounds)
    {
        await using var streams = new StreamCollection(options: Bench.Options);
        var stream = streams.Add("localhost");
        for (var index = 0; index < Warm; index++)
            await stream.RunFgAsync(static () => { });

        List<double> ours = [], limit = [];
        for (var round = 0; round < rounds; round++)
        {
            limit.AddRange(limits.RoundTrips(PerRound));
            ours.AddRange(await Bench.TimeAsync(PerRound, () => stream.RunFgAsync(static () => { })));
        }

        return new Figure("warm no-op block, local, with its record lines", "C pipe ping-pong", 10, ours, limit);
    }

    /// <summary>Python's way to the same: a call of a process that is there already, and a process for each call.</summary>
    public static async Task<Figure> BesidePythonAsync(int rounds)
    {
        await using var streams = new StreamCollection(options: Bench.Options);
        var stream = streams.Add("localhost");
        for (var index = 0; index < Warm; index++)
            await stream.RunFgAsync(static () => { });
        List<double> ours = [], python = [];
        for (var round = 0; round < rounds; round++)
        {
            python.AddRange(Limits.Python("pool", PerRound));
            ours.AddRange(await Bench.TimeAsync(PerRound, () => stream.RunFgAsync(static () => { })));
        }

        return new Figure("the same", "python multiprocessing.Pool.apply", 0, ours, python);
    }
}

/// <summary>From a new local stream to its first block's result, the collection being there.</summary>
internal static class NewLocalStream
{
    private static readonly TimeSpan SpareStart = TimeSpan.FromSeconds(1);

    /// <param name="rounds">How many streams are made.</param>
    /// <param name="spare">True: with a spare worker ready, as after the first stream's first block.</param>
    public static async Task<Figure> MeasureAsync(int rounds, bool spare)
    {
        Execution.LocalMachine.UseSpares = spare;
        await Execution.ProcessScope.CloseIdleAsync();
        await using var streams = new StreamCollection(options: Bench.Options);
        await streams.Add("localhost").RunFgAsync(static () => 1);
        var hello = Path.Combine(AppContext.BaseDirectory, "hello", "Hello.dll");
        List<double> ours = [], limit = [];
        for (var round = 0; round < rounds; round++)
        {
            limit.Add(Command.Time("dotnet", "exec", hello));
            if (spare)
                await Task.Delay(SpareStart);
            ours.AddRange(await Bench.TimeAsync(1, () => streams.Add("localhost").RunFgAsync(static () => 1)));
        }

        return new Figure($"new local stream to first result, {(spare ? "spare ready" : "no spare")}", "dotnet hello world", spare ? 0.2 : 2, ours, limit);
    }

    /// <summary>Beside a new Python process for each call.</summary>
    public static async Task<Figure> BesidePythonAsync(int rounds)
    {
        Execution.LocalMachine.UseSpares = true;
        await using var streams = new StreamCollection(options: Bench.Options);
        await streams.Add("localhost").RunFgAsync(static () => 1);
        List<double> ours = [], python = [];
        for (var round = 0; round < rounds; round++)
        {
            python.AddRange(Limits.Python("process", 1));
            await Task.Delay(SpareStart);
            ours.AddRange(await Bench.TimeAsync(1, () => streams.Add("localhost").RunFgAsync(static () => 1)));
        }

        return new Figure("the same", "python process per call (spawn)", 0, ours, python);
    }
}

internal static class Bench
{
    public static StreamCollectionOptions Options { get; } = new() { Owner = "bench", ResultsRoot = Directory.CreateTempSubdirectory("streams-bench-results-").FullName };

    /// <summary>Each of so many calls, one after another, in milliseconds.</summary>
    public static async Task<IReadOnlyList<double>> TimeAsync(int count, Func<Task> call)
    {
        var taken = new double[count];
        for (var index = 0; index < count; index++)
        {
            var start = Stopwatch.GetTimestamp();
            await call();
            taken[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return taken;
    }
}
