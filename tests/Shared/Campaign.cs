using System.Globalization;

namespace Streams.Tests.Shared;

/// <summary>
/// Campaigns: a test runs a seeded slice of one by default, all of it when eng/prove says so, and leaves its figures.
/// </summary>
public static class Campaign
{
    /// <summary>True while eng/prove runs: everything, however long it takes.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("STREAMS_PROVE") is "full";

    /// <summary>Where every choice begins. Printed with each figure; set STREAMS_PROVE_SEED to repeat a run.</summary>
    public static int Seed { get; } = Environment.GetEnvironmentVariable("STREAMS_PROVE_SEED") is { Length: > 0 } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>How much to do: the variable's value, else all of it under eng/prove, else the slice.</summary>
    public static int Size(string variable, int slice, int full) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } size ? int.Parse(size, CultureInfo.InvariantCulture) : IsFull ? full : slice;

    /// <summary>Leaves figures, as Markdown, for docs/proof.md; and always in the test's output.</summary>
    public static void Tell(ITestOutputHelper output, string campaign, string figures)
    {
        output.WriteLine(figures);
        if (Environment.GetEnvironmentVariable("STREAMS_PROVE_DIR") is { Length: > 0 } directory)
            File.WriteAllText(Path.Combine(directory, campaign + ".md"), figures.TrimEnd() + "\n");
    }

    /// <summary>Leaves one row of a table: for theories, whose rows run one after another.</summary>
    /// <param name="output">The test's output.</param>
    /// <param name="campaign">Name of the table.</param>
    /// <param name="columns">The table's head: "way to die | verdict".</param>
    /// <param name="row">The cells, likewise.</param>
    public static void TellRow(ITestOutputHelper output, string campaign, string columns, string row)
    {
        output.WriteLine(row);
        if (Environment.GetEnvironmentVariable("STREAMS_PROVE_DIR") is not { Length: > 0 } directory)
            return;
        var file = Path.Combine(directory, campaign + ".md");
        var head = File.Exists(file) ? "" : $"| {columns} |\n|{string.Concat(columns.Split('|').Select(_ => "---|"))}\n";
        File.AppendAllText(file, $"{head}| {row} |\n");
    }
}
