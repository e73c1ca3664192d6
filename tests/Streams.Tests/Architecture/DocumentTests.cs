using System.Text.RegularExpressions;

namespace Streams.Tests.Architecture;

public partial class DocumentTests
{
    [Fact]
    public void Relative_links_lead_to_files_that_exist()
    {
        var broken =
            from file in SourceTree.Files(".", "*.md")
            from Match link in Link().Matches(Fences().Replace(File.ReadAllText(file), ""))
            let target = link.Groups["target"].Value
            where !target.Contains(':', StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(target)))
            select $"{SourceTree.Relative(file)}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Index_of_decisions_names_each_of_them_once()
    {
        var index = Link().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs/adr/README.md"))).Select(link => link.Groups["target"].Value);
        var decisions = SourceTree.Files("docs/adr", "????-*.md").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

        Assert.Equal(decisions, index);
    }

    /// <summary>The first is the title: two decisions with one number, or a title that is another's, is a slip of a merge.</summary>
    [Fact]
    public void Decisions_have_numbers_of_their_own_and_say_them()
    {
        var decisions = SourceTree.Files("docs/adr", "????-*.md").Select(file => (Number: Path.GetFileName(file)[..4], Title: File.ReadLines(file).First())).ToList();

        Assert.Equal(decisions.Count, decisions.DistinctBy(decision => decision.Number).Count());
        Assert.All(decisions, decision => Assert.StartsWith($"# {decision.Number}", decision.Title));
    }

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
