using System.Globalization;
using Streams.Blocks.Verdicts;

namespace Streams.Results;

/// <summary>The lines that a person reads in the test's output while it runs (seed BP003). All of them fit for printing.</summary>
internal static class HumanLines
{
    public static string Log(string debugLog) => $"LOG        : {Printable.Line(debugLog)}";

    public static string Started(RecordedBlock block, int blocks, string host) =>
        $" {Number(block, blocks)} {Name(block)}: STARTED on {Printable.Line(host)}";

    /// <summary><c>(1/2) server/1-NetServer: PASS (2.56 s)</c>, with the message if it did not pass.</summary>
    public static string Finished(RecordedBlock block, int blocks)
    {
        var line = $" {Number(block, blocks)} {Name(block)}: {block.Word ?? "?"} ({Time(block.Duration)})";
        return block.Word is "PASS" || block.Message.Length == 0 ? line : $"{line}: {FirstLine(block.Message)}";
    }

    /// <summary><c>server/1-NetServer | listening on 5201</c>. The line is printable already.</summary>
    public static string Logged(string stream, string block, string line) => $" {Printable.Line(stream)}/{Printable.Line(block)} | {line}";

    public static string StillRunning(RecordedBlock block, int blocks, TimeSpan since) =>
        $" {Number(block, blocks)} {Name(block)}: still running, {Time(since)}";

    public static string StillWaiting(RecordedBlock block, int blocks, string what, TimeSpan since) =>
        $" {Number(block, blocks)} {Name(block)}: still waiting {Printable.Line(what)}, {Time(since)}";

    public static IEnumerable<string> End(CollectionSnapshot snapshot, string timeline)
    {
        yield return $"RESULTS    : {Tally.Of(snapshot.Outcomes)}";
        yield return $"TIME       : {Time(snapshot.Elapsed)}";
        yield return $"HTML       : {Printable.Line(timeline)}";
        if (snapshot.Problems is [var problem, ..])
            yield return $"PARTIAL    : {Printable.Line(problem)}";
    }

    public static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s");

    private static string Number(RecordedBlock block, int blocks) =>
        string.Create(CultureInfo.InvariantCulture, $"({block.Order}/{blocks})");

    private static string Name(RecordedBlock block) => Printable.Line($"{block.Stream}/{block.Name}");

    public static string FirstLine(string text) => Printable.Line(Excerpt.OfLine(text.AsSpan().TrimStart().ToString().Split('\n')[0].TrimEnd()));
}
