using System.Globalization;
using Streams.Processes;

namespace Streams.Blocks.Verdicts;

/// <summary>Leftover processes that could not be ended, as part of a verdict.</summary>
internal static class Strays
{
    private const int MostListed = 100;

    /// <summary>
    /// Adds them to the verdict, each with the command that removes it. A stream that holds such a process runs no further
    /// block: nobody can say what the process would do to it (seed BP003).
    /// </summary>
    public static BlockVerdict Add(BlockVerdict verdict, IReadOnlyCollection<Wire.StrayProcess> strays, string host)
    {
        if (strays.Count == 0)
            return verdict;
        return verdict with
        {
            Strays = [.. strays.Take(MostListed).Select(stray => Describe(stray, host))],
            StreamIsLost = true,
        };
    }

    private static StrayProcess Describe(Wire.StrayProcess stray, string host)
    {
        var kill = "kill -KILL " + stray.Pid.ToString(CultureInfo.InvariantCulture);
        var remove = host is "localhost" or "local" ? kill : $"ssh {ForSsh(host)} {kill}";
        return new StrayProcess
        {
            ProcessId = stray.Pid,
            Host = host,
            Command = PrintableText.CleanLine(stray.Command),
            WaitChannel = PrintableText.CleanLine(stray.WaitChannel),
            RemoveWith = remove,
        };
    }
    /// <summary>ssh takes a port only in an address of its own kind.</summary>
    private static string ForSsh(string host) =>
        host.Contains(':', StringComparison.Ordinal) && !host.StartsWith("ssh://", StringComparison.Ordinal) ? "ssh://" + host : host;
}
