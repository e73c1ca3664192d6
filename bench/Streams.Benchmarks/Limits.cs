using System.Diagnostics;
using System.Globalization;

namespace Streams.Benchmarks;

/// <summary>The yardsticks in C, compiled for this run.</summary>
internal sealed class Limits : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streams-bench-");

    private string PingPong => Path.Combine(_directory.FullName, "pingpong");

    public static Limits Build()
    {
        var limits = new Limits();
        var source = Path.Combine(AppContext.BaseDirectory, "limits", "pingpong.c");
        Command.Run("cc", "-O2", "-o", limits.PingPong, source);
        return limits;
    }

    /// <summary>Round trips of one byte between two processes, in milliseconds; with a command, through it.</summary>
    public IReadOnlyList<double> RoundTrips(int count, params string[] command) =>
        [.. Command.Run(PingPong, [count.ToString(CultureInfo.InvariantCulture), .. command])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line, CultureInfo.InvariantCulture) / 1e6)];

    /// <summary>Calls of an empty function in another Python process (limits/peers.py), in milliseconds.</summary>
    public static IReadOnlyList<double> Python(string way, int count) =>
        [.. Command.Run("python3", Path.Combine(AppContext.BaseDirectory, "limits", "peers.py"), way, count.ToString(CultureInfo.InvariantCulture))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line, CultureInfo.InvariantCulture) / 1e6)];

    public void Dispose() => _directory.Delete(recursive: true);
}

internal static class Command
{
    /// <summary>Runs a program to its end and returns what it printed; throws unless it succeeded.</summary>
    public static string Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {output}");
    }

    /// <summary>How long a program takes from start to end, in milliseconds.</summary>
    public static double Time(string program, params IEnumerable<string> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        Run(program, arguments);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
