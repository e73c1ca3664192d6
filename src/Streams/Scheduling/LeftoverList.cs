using System.Globalization;

namespace Streams.Scheduling;

/// <summary>What an interrupted run leaves, or may leave, on its hosts: for a person who cleans up.</summary>
internal static class LeftoverList
{
    public static IReadOnlyList<string> Of(IEnumerable<BlockRun> runs, StreamCollectionOptions options)
    {
        var lines = new List<string>();
        foreach (var run in runs)
        {
            if (run.Result is { } result)
            {
                lines.AddRange(result.StrayProcesses.Select(stray => string.Create(
                    CultureInfo.InvariantCulture, $"pid {stray.ProcessId} on {stray.Host}, left by {result.Stream}/{result.Name}: {stray.Command}; remove it with: {stray.RemoveWith}")));
            }
            else if (run.Phase == BlockPhase.Started)
            {
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{run.Stream}/{run.Name} still runs on {run.Block.Specification.Host}; it ends when its supervisor misses this process: here at once, on another host within {options.Lease.TotalSeconds:0.#} s"));
            }
        }

        return lines;
    }
}
