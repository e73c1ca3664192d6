using System.Globalization;
using System.Text;
using Streams.Blocks.Verdicts;

namespace Streams.Results;

/// <summary><c>results.tap</c>: the blocks that have finished, as TAP version 13, with a YAML block for those that did not pass.</summary>
internal static class ResultsTap
{
    public static string Render(CollectionSnapshot snapshot)
    {
        var finished = snapshot.Blocks.Where(block => block.Verdict is not null).ToList();
        var tap = new StringBuilder("TAP version 13\n").Append(CultureInfo.InvariantCulture, $"1..{finished.Count}\n");
        for (var i = 0; i < finished.Count; i++)
            Append(tap, i + 1, finished[i]);
        foreach (var problem in snapshot.Problems)
            tap.Append(CultureInfo.InvariantCulture, $"# results are partial: {Printable.Line(problem)}\n");
        return tap.ToString();
    }

    private static void Append(StringBuilder tap, int number, RecordedBlock block)
    {
        var outcome = block.Outcome!.Value;
        var isExpected = block.Verdict!.Reason == OutcomeReason.ExpectedFailure;
        var ok = !isExpected && outcome is BlockOutcome.Pass or BlockOutcome.Warn or BlockOutcome.Skip or BlockOutcome.Cancel;
        // TAP's word for a failure that was expected is "todo".
        var directive = isExpected ? $" # TODO XFAIL {Description(Excerpt.OfLine(block.Message))}"
            : outcome is BlockOutcome.Skip or BlockOutcome.Cancel ? $" # SKIP {Description(Excerpt.OfLine(block.Message))}" : "";
        tap.Append(CultureInfo.InvariantCulture, $"{(ok ? "ok" : "not ok")} {number} - {Description($"{block.Stream}/{block.Name}")}{directive}\n");
        if (outcome == BlockOutcome.Pass && !isExpected)
            return;
        tap.Append("  ---\n")
            .Append(CultureInfo.InvariantCulture, $"  outcome: {block.Word}\n  reason: {block.Verdict!.Reason}\n")
            .Append(CultureInfo.InvariantCulture, $"  message: {Quoted(block.Message)}\n")
            .Append(CultureInfo.InvariantCulture, $"  directory: {Quoted(block.Directory)}\n  ...\n");
    }

    // A '#' would begin a directive, and a description must not look like a number.
    private static string Description(string text) => Printable.Line(text.ReplaceLineEndings(" ")).Replace("#", "\\#", StringComparison.Ordinal);

    // A JSON string is a YAML string.
    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(EventsRecord.Text(text), ResultsJson.Indented);
}
