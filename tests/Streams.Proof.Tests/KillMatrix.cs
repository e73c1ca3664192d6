using System.Globalization;

namespace Streams.Proof.Tests;

/// <summary>What a campaign of kills has seen.</summary>
internal sealed class KillMatrix
{
    private readonly List<double> _seconds = [];

    public int Runs { get; private set; }

    public int Killed { get; private set; }

    public List<string> Wrong { get; } = [];

    public void Add(Scenario scenario, string what, bool killed)
    {
        Runs++;
        if (killed)
        {
            Killed++;
            _seconds.Add(scenario.TimeToClean.TotalSeconds);
        }

        foreach (var wrong in scenario.Wrong())
            Wrong.Add($"{what}: {wrong}");
    }

    /// <summary>One line of a table: runs, killed, strays, wrong verdicts, half files, seconds to clean.</summary>
    public string Row(string name)
    {
        var sorted = _seconds.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {Runs} | {Killed} | {Count("stray")} | {Count("wrong verdict", "says PASS", "ran twice")} | {Count("is not whole")} | {At(0.5):0.000} | {At(1):0.000} |");

        double At(double part) => sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, part * sorted.Count)];
        int Count(params string[] words) => Wrong.Count(line => words.Any(word => line.Contains(word, StringComparison.Ordinal)));
    }

    public const string Head =
        "| killed | runs | kills | strays | wrong verdicts | half-written files | s to clean, median | max |\n|---|---|---|---|---|---|---|---|";
}
