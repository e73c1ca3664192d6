using System.Runtime.ExceptionServices;
using System.Text;
using Streams.Blocks.Parts;
using Streams.Blocks.Verdicts;
using Streams.Processes;

namespace Streams.Execution;

/// <summary>What the author reads when blocks failed: root cause first, its evidence, its consequences, and where to look.</summary>
internal static class FailureMessage
{
    private const int MostListed = 20;
    private const int MostFrames = 100;

    /// <summary>Inner exceptions that are shown; each with fewer lines than the one above all.</summary>
    private const int MostInner = 4;
    private const int LinesOfInner = 8;
    private const int MostWarnings = 5;

    public static BlockFailedException Exception(IReadOnlyList<BlockResult> ordered, IReadOnlyList<BlockResult> notRun, RecordedEvidence evidence)
    {
        var root = ordered[0];
        var text = new StringBuilder();
        AppendFailure(text, root, "");
        foreach (var consequence in ordered.Skip(1).Take(MostListed))
        {
            text.Append("\n  ").Append(consequence.IsConsequence ? "as a consequence: " : "also failed: ");
            text.Append(Headline(consequence)).Append(": ").Append(Excerpt.OfLine(FirstLine(Cause(consequence))));
        }

        foreach (var skipped in notRun.Take(MostListed))
            text.Append("\n  not run: ").Append(Name(skipped)).Append(": ").Append(Excerpt.OfLine(FirstLine(skipped.Message)));
        var untold = Math.Max(0, ordered.Count - 1 - MostListed) + Math.Max(0, notRun.Count - MostListed);
        if (untold > 0)
            text.Append("\n  and ").Append(untold).Append(" more");
        text.Append("\n  results:  ").Append(Shown(root.Directory));
        text.Append("\n  timeline: ").Append(new Uri(evidence.Timeline).AbsoluteUri);
        if (evidence.Problem is { } problem)
            text.Append("\n  Results: Partial, for not all of them could be written (").Append(Shown(problem)).Append("); what is said here of the blocks holds");

        var exception = new BlockFailedException(ordered, text.ToString());
        if (root.Error is { StackTrace.Length: > 0 } error)
            ExceptionDispatchInfo.SetRemoteStackTrace(exception, $"{Excerpt.Of(error.StackTrace.TrimEnd(), MostFrames)}   (in block {Shown(root.Name)} on {Shown(root.Host)})");
        return exception;
    }

    private static void AppendFailure(StringBuilder text, BlockResult failure, string indent)
    {
        text.Append(Headline(failure));
        if (failure.Elapsed > TimeSpan.Zero)
            text.Append(" after ").Append(Durations.InWords(failure.Elapsed));
        text.Append('\n').Append(indent).Append("  ").Append(Indented(Excerpt.Of(Cause(failure)), indent + "  "));
        AppendInner(text, failure.Error, indent);
        if (failure is { TearDownError: { } second, Error: not null } && failure.Outcome != BlockOutcome.Interrupt)
            text.Append('\n').Append(indent).Append("  and its tear-down failed, too: ").Append(Indented(Excerpt.Of(second.ToString(), LinesOfInner), indent + "  "));
        foreach (var warning in failure.Warnings.Take(MostWarnings))
            text.Append('\n').Append(indent).Append("  ").Append(Indented(Excerpt.Of(warning, LinesOfInner), indent + "  "));
        AppendTail(text, failure, indent);
        foreach (var stray in failure.StrayProcesses)
        {
            text.Append('\n').Append(indent).Append("  left behind, and could not be ended: pid ").Append(stray.ProcessId)
                .Append(" on ").Append(stray.Host).Append(": ").Append(stray.Command)
                .Append(stray.WaitChannel.Length == 0 ? "" : $" (it waits in the kernel, in {stray.WaitChannel})").Append("; remove it with: ").Append(stray.RemoveWith);
        }

        text.Append('\n').Append(indent).Append("  given at: ").Append(Shown(failure.Source));
    }

    private static void AppendInner(StringBuilder text, BlockError? error, string indent)
    {
        var shown = 0;
        for (var inner = error?.Inner; inner is { Count: > 0 }; inner = inner[0].Inner)
        {
            if (++shown > MostInner)
            {
                text.Append('\n').Append(indent).Append("  caused by more, which is in the block's result");
                return;
            }

            text.Append('\n').Append(indent).Append("  caused by ").Append(Indented(Excerpt.Of(inner[0].ToString(), LinesOfInner), indent + "  "));
        }
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

    private static string Cause(BlockResult failure)
    {
        if (failure.Error is not { } error || failure.Reason is OutcomeReason.TimedOut or OutcomeReason.UnexpectedPass)
            return failure.Message;
        return failure.FailedPart is null or BlockPart.Run ? error.ToString() : $"its {BlockParts.InWords(failure.FailedPart.Value)} failed: {error}";
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static string Indented(string text, string indent) => text.TrimEnd().Replace("\n", "\n" + indent, StringComparison.Ordinal);
}
