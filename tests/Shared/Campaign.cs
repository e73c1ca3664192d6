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
}
