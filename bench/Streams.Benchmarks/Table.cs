using System.Globalization;

namespace Streams.Benchmarks;

/// <summary>Prints figures as they come: median, best decile and 99th percentile of both sides, and the ratio of each.</summary>
internal sealed class Table(TextWriter output)
{
    private bool _begun;

    public void Add(Figure figure)
    {
        if (!_begun)
        {
            output.WriteLine($"{"work",-46} {"median",9} {"p10",9} {"p99",9}   {"limit or peer",-34} {"median",9} {"p10",9} {"p99",9}   {"ratio",6} {"p10",6}  goal");
            _begun = true;
        }

        var (ours, limit) = (Figure.Quantile(figure.Ours, 0.5), Figure.Quantile(figure.Limits, 0.5));
        var (best, bestLimit) = (Figure.Quantile(figure.Ours, 0.1), Figure.Quantile(figure.Limits, 0.1));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figure.Work,-46} {Time(ours),9} {Time(best),9} {Time(Figure.Quantile(figure.Ours, 0.99)),9}   {figure.Limit,-34} {Time(limit),9} {Time(bestLimit),9} {Time(Figure.Quantile(figure.Limits, 0.99)),9}   {ours / limit,5:0.00}x {best / bestLimit,5:0.00}x  {(figure.Goal > 0 ? string.Create(CultureInfo.InvariantCulture, $"{figure.Goal:0.#}x") : "")}"));
    }

    /// <summary>A figure that has no limit beside it.</summary>
    public void Say(string line) => output.WriteLine(line);

    private static string Time(double milliseconds) => milliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0.0} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
    };
}
