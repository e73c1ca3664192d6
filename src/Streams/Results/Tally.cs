using System.Globalization;

namespace Streams.Results;

/// <summary>How many blocks ended how, in the words and order of the seed's line (BP003).</summary>
internal static class Tally
{
    private static readonly BlockOutcome[] Order =
    [
        BlockOutcome.Pass, BlockOutcome.Error, BlockOutcome.Fail, BlockOutcome.Skip, BlockOutcome.Warn, BlockOutcome.Interrupt, BlockOutcome.Cancel,
    ];

    /// <summary><c>PASS 2 | ERROR 0 | FAIL 0 | SKIP 0 | WARN 0 | INTERRUPT 0 | CANCEL 0</c>.</summary>
    public static string Of(IEnumerable<BlockOutcome> outcomes)
    {
        var counts = outcomes.CountBy(outcome => outcome).ToDictionary();
        return string.Join(" | ", Order.Select(outcome => string.Create(CultureInfo.InvariantCulture, $"{Word(outcome)} {counts.GetValueOrDefault(outcome)}")));
    }

    public static IEnumerable<(string Word, int Count)> Counts(IEnumerable<BlockOutcome> outcomes)
    {
        var counts = outcomes.CountBy(outcome => outcome).ToDictionary();
        return Order.Select(outcome => (Word(outcome), counts.GetValueOrDefault(outcome)));
    }

    public static string Word(BlockOutcome outcome) => outcome.ToString().ToUpperInvariant();
}
