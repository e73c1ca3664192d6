using System.Xml;
using Streams.Results;

namespace Streams.Tests.Results;

public class ReportTests
{
    private const string Nasty = "<script>alert(1)</script>\" # ]]> \u202e\u001b[2J\n##vso[x]";

    [Fact]
    public void Timeline_is_well_formed_without_script_and_everything_in_it_is_encoded()
    {
        var html = TimelineHtml.Render(Snapshot());
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(html, c => c is '\u202e' or '\u001b');
        var svg = new XmlDocument();
        svg.LoadXml(html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.Equal(2, svg.SelectNodes("//a")!.Count);
        Assert.Equal("streams/client/1-%3Cx%3E/", svg.SelectNodes("//a/@href")![1]!.Value);
        Assert.Equal(1, svg.SelectNodes("//rect[@class='wait']")!.Count);
    }

    [Fact]
    public void Tap_has_its_plan_and_one_line_per_finished_block()
    {
        var lines = ResultsTap.Render(Snapshot()).TrimEnd('\n').Split('\n');
        Assert.Equal("TAP version 13", lines[0]);
        Assert.Equal("1..2", lines[1]);
        Assert.Equal("ok 1 - server/1-NetServer", lines[2]);
        Assert.StartsWith("not ok 2 - client/1-<script>", lines[3], StringComparison.Ordinal);
        Assert.DoesNotContain(lines[3].Replace("\\#", "", StringComparison.Ordinal), c => c is '#' or '\u001b');
        Assert.Equal(["  ---", "  outcome: FAIL", "  reason: Exception"], lines[4..7]);
        Assert.Equal("  ...", lines[9]);
    }

    [Fact]
    public void Console_timeline_shows_streams_as_rows_and_blocks_as_bars()
    {
        var lines = TimelineText.Render(Snapshot(), width: 50);
        Assert.Matches("^server \\|\\[1-NetServer\\.+=+\\]\\|$", lines[0]);
        Assert.Matches("^client \\|    \\[=+x    *\\|$", lines[1]);
        Assert.EndsWith("10 s|", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("  server/1-NetServer: PASS, 0 s to 10 s; waited at 'setup' ", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(" 3 s (released)", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Tally_is_the_seeds_line() => Assert.Equal(
        "PASS 2 | ERROR 0 | FAIL 1 | SKIP 0 | WARN 0 | INTERRUPT 0 | CANCEL 1",
        Tally.Of([BlockOutcome.Pass, BlockOutcome.Fail, BlockOutcome.Pass, BlockOutcome.Cancel]));

    [Fact]
    public void Job_summary_tells_what_failed_and_lets_no_text_be_markup()
    {
        var summary = JobSummary.Render(Snapshot())!;
        Assert.Contains("PASS 1 | ERROR 0 | FAIL 1", summary, StringComparison.Ordinal);
        Assert.Contains("<details><summary> (2/1) client/1-&lt;script&gt;", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("##vso[", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", summary[summary.IndexOf("<details>", StringComparison.Ordinal)..summary.IndexOf("</details>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Null(JobSummary.Render(Snapshot() with { Streams = [] }));
    }

    private static CollectionSnapshot Snapshot() => new()
    {
        Test = Nasty,
        Directory = "/results",
        Began = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.FromSeconds(10),
        Complete = true,
        Problems = [Nasty],
        Streams =
        [
            new("server", "db1", null, [Block("server", "1-NetServer", 1, 0, 10) with
            {
                Verdict = TestRecord.Passed,
                Waits = [new("at 'setup' " + Nasty, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), "released")],
            }]),
            new("client", Nasty, null, [Block("client", "1-" + Nasty, 2, 1, 9) with
            {
                Directory = "streams/client/1-<x>",
                Verdict = TestRecord.Failed(Nasty),
            }]),
        ],
    };

    private static RecordedBlock Block(string stream, string name, long order, int from, int to) => new()
    {
        Stream = stream,
        Name = name,
        Ordinal = 1,
        Order = order,
        Directory = $"streams/{stream}/{name}",
        Phase = BlockPhase.Finished,
        Requested = TimeSpan.Zero,
        Started = TimeSpan.FromSeconds(from),
        Finished = TimeSpan.FromSeconds(to),
    };
}
