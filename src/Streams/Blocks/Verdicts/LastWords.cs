namespace Streams.Blocks.Verdicts;

/// <summary>
/// What a worker prints about its own end, for people and for the verdict: a worker that dies cannot be asked any more, and
/// its output arrives from every host.
/// </summary>
internal static class LastWords
{
    /// <summary>Begins each such line.</summary>
    public const string Sign = "[streams] ";

    /// <summary>Begins the report on a block that did not stop; what it says follows, a line each, up to its end.</summary>
    public const string Hang = Sign + "where the block hangs";

    public const string HangEnd = Sign + "end of the report";

    /// <summary>What they say of the end, in the order in which it was said; each continues a sentence after "; ".</summary>
    public static IReadOnlyList<string> Among(IReadOnlyList<string> tail) =>
        [.. tail.Where(line => line.StartsWith(Sign, StringComparison.Ordinal) && line != HangEnd && !line.StartsWith(Hang, StringComparison.Ordinal))
            .Select(line => line[Sign.Length..]).Distinct().TakeLast(3)];
}
