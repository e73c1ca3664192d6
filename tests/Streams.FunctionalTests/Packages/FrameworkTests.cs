namespace Streams.FunctionalTests.Packages;

/// <summary>The package under each test framework: whose the streams are, and what a failing test shows.</summary>
[Collection(PackagesCollection.Name)]
public sealed class FrameworkTests(PackageFeed feed, ITestOutputHelper output)
{
    [Theory]
    [InlineData("xunit2")]
    [InlineData("xunit3")]
    [InlineData("nunit")]
    [InlineData("mstest")]
    public async Task Owner_is_found_and_no_failure_is_hidden(string template)
    {
        using var stranger = new Stranger(feed, template);
        var results = stranger["results here"];

        var run = await stranger.DotnetAsync("test", "--nologo", "--results-directory", results, "--logger", "console;verbosity=detailed");
        output.WriteLine(run.Output);

        Assert.NotEqual(0, run.ExitCode);
        var owners = Directory.EnumerateDirectories(Path.Combine(results, "streams", "latest")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, owners.Count(owner => owner!.StartsWith("ConsumerTests.Two_local_streams_meet", StringComparison.Ordinal)));
        foreach (var test in new[] { "Without_a", "Own_assertion_is_not_hidden", "Own_block_fails_with_its_frames_first" })
            Assert.Single(owners, owner => owner!.StartsWith($"ConsumerTests.{test}", StringComparison.Ordinal));
        // Lines of the streams are in their test's own output, where the framework keeps it.
        Assert.Contains("RESULTS    : PASS 2 | ERROR 0", run.Output, StringComparison.Ordinal);

        AssertInOrder(run.Output, "the test's own words", "unseen failure of a block");
        AssertInOrder(run.Output,
            "stream 'client' (localhost): block 1-Connect failed after ", "System.InvalidOperationException: the cable is missing",
            "given at: ", "results:  ", "timeline: file:///", "Stack Trace:", "ConsumerTests.cs:line ", "(in block 1-Connect on localhost)");
    }

    private static void AssertInOrder(string text, params string[] parts)
    {
        var from = 0;
        foreach (var part in parts)
        {
            var at = text.IndexOf(part, from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' does not follow");
            from = at;
        }
    }
}
