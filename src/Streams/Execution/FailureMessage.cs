using System.Runtime.ExceptionServices;
using System.Text;
using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams.Execution;

/// <summary>What the author reads when blocks failed: root cause first, its evidence, its consequences, and where to look.</summary>
internal static class FailureMessage
{
    private const int MostListed = 20;

    public static BlockFailedException Exception(IReadOnlyList<BlockResult> ordered, IReadOnlyList<BlockResult> notRun, RecordedEvidence evidence)
    {
        var root = ordered[0];
        var text = new StringBuilder();
        AppendFailure(text, root, "");
        foreach (var consequence in ordered.Skip(1).Take(MostListed))
        {
            text.Append("\n  ").Append(consequence.IsConsequence ? "as a consequence: " : "also failed: ");
            text.Append(Headline(consequence)).Append(": ").Append(FirstLine(Cause(consequence)));
        }

        foreach (var skipped in notRun.Take(MostListed))
            text.Append("\n  not run: ").Append(Name(skipped)).Append(": ").Append(FirstLine(skipped.Message));
        var untold = Math.Max(0, ordered.Count - 1 - MostListed) + Math.Max(0, notRun.Count - MostListed);
        if (untold > 0)
            text.Append("\n  and ").Append(untold).Append(" more");
        text.Append("\n  results:  ").Append(Shown(root.Directory));
        text.Append("\n  timeline: ").Append(new Uri(evidence.Timeline).AbsoluteUri);
        if (evidence.Problem is { } problem)
            text.Append("\n  Results: Partial, for not all of them could be written (").Append(Shown(problem)).Append("); what is said here of the blocks holds");

        var exception = new BlockFailedException(ordered, text.ToString());
        if (root.Error is { StackTrace.Length: > 0 } error)
            ExceptionDispatchInfo.SetRemoteStackTrace(exception, $"{error.StackTrace.TrimEnd()}   (in block {Shown(root.Name)} on {Shown(root.Host)})");
        return exception;
    }

    private static void AppendFailure(StringBuilder text, BlockResult failure, string indent)
    {
        text.Append(Headline(failure));
        if (failure.Elapsed > TimeSpan.Zero)
            text.Append(" after ").Append(Durations.InWords(failure.Elapsed));
        text.Append('\n').Append(indent).Append("  ").Append(Indented(Cause(failure), indent + "  "));
        for (var inner = failure.Error?.Inner; inner is { Count: > 0 }; inner = inner[0].Inner)
            text.Append('\n').Append(indent).Append("  caused by ").Append(Indented(inner[0].ToString(), indent + "  "));
        AppendTail(text, failure, indent);
        foreach (var stray in failure.StrayProcesses)
        {
            text.Append('\n').Append(indent).Append("  left behind, and could not be ended: pid ").Append(stray.ProcessId)
                .Append(" on ").Append(stray.Host).Append(": ").Append(stray.Command)
                .Append(stray.WaitChannel.Length == 0 ? "" : $" (it waits in the kernel, in {stray.WaitChannel})").Append("; remove it with: ").Append(stray.RemoveWith);
        }

        text.Append('\n').Append(indent).Append("  given at: ").Append(Shown(failure.Source));
    }

    private static void AppendTail(StringBuilder text, BlockResult failure, string indent)
    {
        if (failure.OutputTail.Count == 0)
            return;
        text.Append('\n').Append(indent).Append("  last output:");
        foreach (var line in failure.OutputTail)
            text.Append('\n').Append(indent).Append("    | ").Append(line);
    }

    private static string Headline(BlockResult failure)
    {
        var verb = failure.Outcome switch
        {
            BlockOutcome.Interrupt => "timed out",
            BlockOutcome.Cancel when failure.Reason == OutcomeReason.Stopped => "was stopped",
            BlockOutcome.Cancel => "did not run",
            BlockOutcome.Error when failure.Reason == OutcomeReason.NotStarted => "could not start",
            BlockOutcome.Error when failure.Reason == OutcomeReason.Lost => "was lost",
            BlockOutcome.Error when failure.Reason == OutcomeReason.Crashed => "crashed",
            _ => "failed",
        };
        return $"{Name(failure)} {verb}";
    }

    private static string Name(BlockResult result) => $"stream '{Shown(result.Stream)}' ({Shown(result.Host)}): block {Shown(result.Name)}";

    // Names and paths are the author's, who may have them from a host.
    private static string Shown(string text) => PrintableText.CleanLine(text);

    private static string Cause(BlockResult failure) => failure.Error is { } error && failure.Reason != OutcomeReason.TimedOut ? error.ToString() : failure.Message;

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static string Indented(string text, string indent) => text.TrimEnd().Replace("\n", "\n" + indent, StringComparison.Ordinal);
}
