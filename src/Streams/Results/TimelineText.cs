using System.Globalization;
using System.Text;

namespace Streams.Results;

/// <summary>The timeline for a console: streams as rows, blocks as bars.</summary>
internal static class TimelineText
{
    /// <summary>
    /// Lines such as <c>server  |[1-NetServer====·····======]</c>, a scale below, and a list of the blocks with their times.
    /// In a bar <c>=</c> runs, <c>.</c> waits at a barrier, <c>x</c> marks the end of one that did not pass.
    /// </summary>
    public static IReadOnlyList<string> Render(CollectionSnapshot snapshot, int width = 80)
    {
        if (!snapshot.Blocks.Any())
            return [];
        var label = Math.Min(24, snapshot.Streams.Max(stream => Shown(stream.Name).Length));
        var columns = Math.Max(20, width - label - 3);
        var end = snapshot.Blocks.Max(block => End(block, snapshot));
        var scale = columns / Math.Max(end.TotalSeconds, 1e-6);
        var lines = new List<string>();
        foreach (var stream in snapshot.Streams)
            lines.Add($"{Fit(Shown(stream.Name), label)} |{Row(stream, snapshot, columns, scale)}|");
        lines.Add($"{new string(' ', label)} |{Fit("0", columns - 10)}{HumanLines.Time(end),10}|");
        foreach (var block in snapshot.Blocks)
            lines.Add(Describe(block, snapshot));
        return lines;
    }

    private static string Row(RecordedStream stream, CollectionSnapshot snapshot, int columns, double scale)
    {
        var row = new string(' ', columns).ToCharArray();
        foreach (var block in stream.Blocks.Where(block => block.Started is not null))
        {
            var (from, to) = (Column(block.Started!.Value), Column(End(block, snapshot)));
            row.AsSpan(from, to - from + 1).Fill('=');
            foreach (var wait in block.Waits)
                row.AsSpan(Column(wait.From), Column(wait.Until ?? End(block, snapshot)) - Column(wait.From) + 1).Fill('.');
            row[from] = '[';
            row[to] = block.Outcome is null ? '>' : block.Outcome is BlockOutcome.Pass or BlockOutcome.Warn ? ']' : 'x';
            var name = Shown(block.Name);
            if (to - from - 1 >= name.Length)
                name.CopyTo(0, row, from + 1, name.Length);
        }

        return new string(row);

        int Column(TimeSpan time) => Math.Clamp((int)(time.TotalSeconds * scale), 0, columns - 1);
    }

    private static string Describe(RecordedBlock block, CollectionSnapshot snapshot)
    {
        var outcome = block.Word ?? block.Phase.ToString().ToLowerInvariant();
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"  {Shown(block.Stream)}/{Shown(block.Name)}: {outcome}, {HumanLines.Time(block.Started ?? block.Requested)} to {HumanLines.Time(End(block, snapshot))}");
        foreach (var wait in block.Waits)
        {
            line.Append(CultureInfo.InvariantCulture,
                $"; waited {Shown(wait.What)} {HumanLines.Time((wait.Until ?? snapshot.Elapsed) - wait.From)}{(wait.Ended.Length > 0 ? $" ({Shown(wait.Ended)})" : "")}");
        }

        return line.ToString();
    }

    private static TimeSpan End(RecordedBlock block, CollectionSnapshot snapshot) => block.Finished ?? snapshot.Elapsed;

    private static string Shown(string text) => Printable.Line(text);

    private static string Fit(string text, int width) => text.Length > width ? text[..width] : text.PadRight(width);
}
