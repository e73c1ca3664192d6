namespace Streams.Benchmarks;

/// <summary>One figure beside its limit or a peer (then without a goal: 0), all in milliseconds.</summary>
internal sealed record Figure(string Work, string Limit, double Goal, IReadOnlyList<double> Ours, IReadOnlyList<double> Limits)
{
    public static double Quantile(IReadOnlyList<double> values, double quantile)
    {
        var ordered = values.Order().ToArray();
        return ordered[(int)Math.Min(ordered.Length - 1, Math.Floor(quantile * ordered.Length))];
    }
}
