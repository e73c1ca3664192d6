using System.Text;
using Streams.Processes;

namespace Streams.Blocks.Verdicts;

/// <summary>Why a worker could not be started, in words: the same on this machine and on another.</summary>
internal static class FailedStart
{
    /// <param name="purpose">Which worker it is: "of stream 'client'".</param>
    /// <param name="host">Where it was started.</param>
    /// <param name="why">What went wrong; continues "the worker ...".</param>
    /// <param name="tail">The worker's last lines, raw.</param>
    public static string Describe(string purpose, string host, string why, IReadOnlyList<string> tail)
    {
        var text = new StringBuilder($"The worker {purpose} on {host} {why}.");
        if (tail.Count > 0)
            text.Append("\n  last output:");
        foreach (var line in tail)
            text.Append("\n    | ").Append(PrintableText.CleanLine(line));
        return text.ToString();
    }
}
