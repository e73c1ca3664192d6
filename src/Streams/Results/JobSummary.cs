using System.Globalization;
using System.Text;
using Streams.Blocks;

namespace Streams.Results;

/// <summary>
/// A few lines of Markdown about a test of which a block failed, for the summary page of a GitHub job. Nothing is written
/// elsewhere, and nothing about what passed.
/// </summary>
internal static class JobSummary
{
    /// <summary>Names the file in GitHub's jobs. <c>STREAMS_JOB_SUMMARY=0</c>: nothing is written.</summary>
    public const string Variable = "GITHUB_STEP_SUMMARY";

    private const int MostBlocks = 20;
    private const int LongestMessage = 2000;

    /// <summary>Appends to the job's summary, if there is one and the user has not said no.</summary>
    public static void Append(CollectionSnapshot snapshot)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } file || Environment.GetEnvironmentVariable("STREAMS_JOB_SUMMARY") == "0")
            return;
        try
        {
            if (Render(snapshot) is { } text)
                File.AppendAllText(file, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The runner's file, not ours; the results are whole without it.
        }
    }

    /// <summary>The text; null if nothing failed.</summary>
    public static string? Render(CollectionSnapshot snapshot)
    {
        var failed = snapshot.Blocks.Where(block => block.Outcome is BlockOutcome.Fail or BlockOutcome.Error or BlockOutcome.Interrupt).ToList();
        if (failed.Count == 0)
            return null;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"### {Encode(snapshot.Test)}\n\n{Tally.Of(snapshot.Outcomes)}; {HumanLines.Time(snapshot.Elapsed)}\n\n");
        foreach (var block in failed.Take(MostBlocks))
            text.Append(CultureInfo.InvariantCulture, $"<details><summary>{Encode(HumanLines.Finished(block, failed.Count))}</summary><pre>{Encode(Message(block))}</pre></details>\n");
        if (failed.Count > MostBlocks)
            text.Append(CultureInfo.InvariantCulture, $"\nand {failed.Count - MostBlocks} more\n");
        return text.Append(CultureInfo.InvariantCulture, $"\nResults: <code>{Encode(snapshot.Directory)}</code>\n\n").ToString();
    }

    private static string Message(RecordedBlock block) =>
        block.Message.Length <= LongestMessage ? block.Message : block.Message[..LongestMessage] + "…";

    // Text of a block is neither markup nor Markdown here.
    private static string Encode(string text)
    {
        var encoded = System.Net.WebUtility.HtmlEncode(string.Join('\n', text.Split('\n').Select(Printable.Line)));
        foreach (var mark in "\\`*_[]!|~")
            encoded = encoded.Replace(mark.ToString(), string.Create(CultureInfo.InvariantCulture, $"&#{(int)mark};"), StringComparison.Ordinal);
        // An empty line would end the block of markup.
        return encoded.Replace("\n\n", "\n&#8203;\n", StringComparison.Ordinal);
    }
}
