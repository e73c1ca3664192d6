using System.Globalization;
using System.Net;
using System.Text;

namespace Streams.Results;

/// <summary><c>timeline.html</c>: one file that needs nothing else. No script; everything from a block is encoded.</summary>
internal static class TimelineHtml
{
    private const int RowHeight = 26;
    private const int LabelWidth = 180;
    private const int ChartWidth = 1000;
    private const int ShownMeasurements = 20;

    // No script, no request to anywhere, whatever may have slipped through.
    private const string Head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width">
        <style>
        :root{color-scheme:light dark;--t:#222;--b:#fff;--l:#ccc}
        @media(prefers-color-scheme:dark){:root{--t:#ddd;--b:#181818;--l:#444}}
        body{font:14px system-ui,sans-serif;color:var(--t);background:var(--b);margin:1.5em}
        svg text{fill:var(--t);font:12px system-ui,sans-serif}line{stroke:var(--l)}
        .pass{fill:#4a9d5b}.warn{fill:#c9a227}.xfail{fill:#7fa84a}.skip,.cancel{fill:#999}.fail,.error{fill:#c8402f}.interrupt{fill:#d9772b}.running{fill:#4a7fb5}
        .wait{fill:url(#h)}svg a text{fill:#fff}pre{white-space:pre-wrap;border-left:3px solid #c8402f;padding-left:1em}
        </style>
        """;

    public static string Render(CollectionSnapshot snapshot)
    {
        var html = new StringBuilder(Head);
        html.Append(CultureInfo.InvariantCulture, $"<title>{Encode(snapshot.Test)}</title></head><body>\n<h1>{Encode(snapshot.Test)}</h1>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p>{Tally.Of(snapshot.Outcomes)}; {HumanLines.Time(snapshot.Elapsed)} from {snapshot.Began:u}{(snapshot.Complete ? "" : " (not at its end when this was written)")}. ");
        html.Append("<a href=\"debug.log\">debug.log</a>, <a href=\"events.jsonl\">events.jsonl</a>, <a href=\"results.json\">results.json</a></p>\n");
        foreach (var problem in snapshot.Problems)
            html.Append(CultureInfo.InvariantCulture, $"<p><strong>Results are partial:</strong> {Encode(problem)}</p>\n");
        AppendChart(html, snapshot);
        foreach (var block in snapshot.Blocks.Where(block => block.Word is not (null or "PASS")))
            AppendFailure(html, block);
        return html.Append("</body></html>\n").ToString();
    }

    private static void AppendChart(StringBuilder html, CollectionSnapshot snapshot)
    {
        var seconds = Math.Max(snapshot.Elapsed.TotalSeconds, 1e-3);
        var height = (snapshot.Streams.Count + 1) * RowHeight;
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"100%\" viewBox=\"0 0 {LabelWidth + ChartWidth} {height}\" role=\"img\">");
        html.Append("<defs><pattern id=\"h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"3\" height=\"6\" fill=\"#fff\" fill-opacity=\".45\"/></pattern></defs>\n");
        for (var tick = 0; tick <= 5; tick++)
        {
            var x = LabelWidth + (ChartWidth * tick / 5);
            html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"{height - RowHeight}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{height - 8}\" text-anchor=\"{(tick == 5 ? "end" : "middle")}\">{HumanLines.Time(TimeSpan.FromSeconds(seconds * tick / 5))}</text>\n");
        }

        for (var row = 0; row < snapshot.Streams.Count; row++)
        {
            var stream = snapshot.Streams[row];
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(row * RowHeight) + 17}\">{Encode(Short(stream.Name, 26))}<title>{Encode(stream.Name)} on {Encode(stream.Host)}</title></text>\n");
            foreach (var block in stream.Blocks)
                AppendBlock(html, block, row, seconds);
        }

        html.Append("</svg>\n");
    }

    private static void AppendBlock(StringBuilder html, RecordedBlock block, int row, double seconds)
    {
        if (block.Started is not { } started)
            return;
        var end = block.Finished ?? TimeSpan.FromSeconds(seconds);
        var (x, width) = Span(started, end, seconds);
        var y = (row * RowHeight) + 3;
        var style = block.Word?.ToLowerInvariant() ?? "running";
        html.Append(CultureInfo.InvariantCulture, $"<a href=\"{Link(block.Directory)}\"><rect class=\"{style}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{RowHeight - 6}\" rx=\"2\">");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Encode(Tooltip(block))}</title></rect>");
        foreach (var wait in block.Waits)
        {
            var (from, length) = Span(wait.From, wait.Until ?? end, seconds);
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"wait\" x=\"{from}\" y=\"{y}\" width=\"{length}\" height=\"{RowHeight - 6}\"><title>waited {Encode(wait.What)}: {Encode(wait.Ended)}</title></rect>");
        }

        var room = (int)(width / 7);
        if (room >= 4)
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 4}\" y=\"{y + 14}\">{Encode(Short(block.Name, room))}</text>");
        html.Append("</a>\n");
    }

    private static string Tooltip(RecordedBlock block)
    {
        var lines = block.Measurements.Take(ShownMeasurements).Select(measurement => measurement.ToString()).Prepend(HumanLines.Finished(block, (int)block.Order));
        var more = block.Measurements.Count - ShownMeasurements;
        return string.Join('\n', more > 0 ? lines.Append($"and {more} more") : lines);
    }

    private static void AppendFailure(StringBuilder html, RecordedBlock block)
    {
        html.Append(CultureInfo.InvariantCulture, $"<details><summary>{Encode(HumanLines.Finished(block, (int)block.Order))}</summary><pre>{Encode(block.Message)}\n");
        if (block.Verdict?.Error is { } error)
            html.Append(CultureInfo.InvariantCulture, $"{Encode(error.ToString())}\n{Encode(error.StackTrace)}\n");
        if (block.Verdict?.TearDownError is { } second)
            html.Append(CultureInfo.InvariantCulture, $"and in its tear-down: {Encode(second.ToString())}\n{Encode(second.StackTrace)}\n");
        foreach (var line in block.Verdict?.OutputTail ?? [])
            html.Append(Encode(line)).Append('\n');
        html.Append(CultureInfo.InvariantCulture, $"</pre><p><a href=\"{Link(block.Directory)}\">{Encode(block.Directory)}</a></p></details>\n");
    }

    private static (double X, double Width) Span(TimeSpan from, TimeSpan to, double seconds) =>
        (Math.Round(LabelWidth + (ChartWidth * from.TotalSeconds / seconds), 1), Math.Max(1, Math.Round(ChartWidth * (to - from).TotalSeconds / seconds, 1)));

    private static string Link(string directory) => string.Join('/', directory.Split('/', '\\').Select(Uri.EscapeDataString)) + "/";

    private static string Short(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    // Line by line, so that invisible and direction-changing characters are shown; then as text, never as markup.
    private static string Encode(string text) => WebUtility.HtmlEncode(string.Join('\n', text.Split('\n').Select(Printable.Line)));
}
