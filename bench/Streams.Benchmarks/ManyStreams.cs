using System.Diagnostics;
using System.Globalization;

namespace Streams.Benchmarks;

/// <summary>What many local streams cost together.</summary>
internal static class ManyStreams
{
    private const int Blocks = 20_000;

    /// <summary>No-op blocks per second, each stream given its blocks in the background.</summary>
    public static async Task<string> BlocksPerSecondAsync(int count)
    {
        await using var streams = new StreamCollection(options: Bench.Options);
        var all = Enumerable.Range(0, count).Select(_ => streams.Add("localhost")).ToList();
        await Task.WhenAll(all.Select(stream => stream.RunFgAsync(static () => { })));
        var start = Stopwatch.GetTimestamp();
        foreach (var stream in all)
        {
            for (var index = 0; index < Blocks / count; index++)
                stream.RunBg(static () => { });
        }

        await streams.WaitAsync();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{count,3} streams: {Blocks / seconds,8:#,0} no-op blocks/s, each with its record lines");
    }

    /// <summary>So many streams at once, from nothing to each one's first result; and the memory of all their processes.</summary>
    public static async Task<string> AtOnceAsync(int count)
    {
        await Execution.ProcessScope.CloseIdleAsync();
        await using var streams = new StreamCollection(options: Bench.Options);
        var start = Stopwatch.GetTimestamp();
        var workers = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => streams.Add("localhost").RunFgAsync(static () => Environment.ProcessId)));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var worker = workers.Average(Megabytes);
        var all = workers.Sum(Megabytes);
        return string.Create(CultureInfo.InvariantCulture, $"{count,3} streams at once: {seconds:0.0} s to all results; {worker:0.0} MiB a worker (proportional), {all:#,0} MiB in all; this process {Environment.WorkingSet / 1048576.0:0} MiB");
    }

    /// <summary>A process's proportional share: what 100 workers share is counted once.</summary>
    private static double Megabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(text => text.StartsWith("Pss:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
