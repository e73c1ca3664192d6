using System.Globalization;

namespace Streams.Benchmarks;

/// <summary>Prints figures as they come: median and best decile of both sides, and the ratio of each.</summary>
internal sealed class Table(TextWriter output)
{
    private bool _begun;

    public void Add(Figure figure)
    {
        if (!_begun)
        {
            output.WriteLine($"{"work",-46} {"median",10} {"p10",10}   {"limit",-34} {"median",10} {"p10",10}   {"ratio",6} {"p10",6}  goal");
            _begun = true;
        }

        var (ours, limit) = (Figure.Quantile(figure.Ours, 0.5), Figure.Quantile(figure.Limits, 0.5));
        var (best, bestLimit) = (Figure.Quantile(figure.Ours, 0.1), Figure.Quantile(figure.Limits, 0.1));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figure.Work,-46} {Time(ours),10} {Time(best),10}   {figure.Limit,-34} {Time(limit),10} {Time(bestLimit),10}   {ours / limit,5:0.00}x {best / bestLimit,5:0.00}x  {figure.Goal:0.#}x"));
    }

    private static string Time(double milliseconds) => milliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0.0} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
    };
}
