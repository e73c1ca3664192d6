using System.Text.RegularExpressions;

namespace Streams.FunctionalTests.Local;

/// <summary>The message of a failing test looks as README and documents show it.</summary>
public sealed partial class DocumentedFailureTests(ITestOutputHelper output) : StreamsTest
{
    [Fact]
    public async Task Message_of_a_failing_test_is_the_documented_one()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var server = streams.Add("localhost", name: "server");
        var client = streams.Add("localhost", name: "client");
        server.RunBg(
            async block =>
            {
                await block.Sync.GetAsync<int>("waits");
                Console.WriteLine("netserver: cannot bind: address already in use");
                Environment.Exit(7);
            },
            new BlockOptions { Name = "NetServer" });
        client.RunBg(
            async block =>
            {
                await block.Sync.PutAsync("waits", 1);
                await block.Sync.BarrierAsync("setup", 2);
            },
            new BlockOptions { Name = "NetPerf" });

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        foreach (var document in new[] { "README.md", "docs/when-it-fails.md" })
        {
            var message = Assert.Single(Fence().Matches(File.ReadAllText(Path.Combine(Packages.Repository.Root, document))), match => match.Value.Contains("NetServer crashed", StringComparison.Ordinal));
            Assert.Matches(Pattern(message.Groups["text"].Value), failure.Message);
        }
    }

    /// <summary>Numbers and paths are of their day; "..." leaves something out; lines are broken for the reader.</summary>
    private static string Pattern(string text)
    {
        var pattern = Regex.Escape(text.Trim());
        pattern = Regex.Replace(pattern, @"\\\.\\\.\\\.", ".*");
        pattern = pattern.Replace("/src/tests/Netperf\\.cs:102", @"/\S+\.cs:\d+", StringComparison.Ordinal).Replace("/src/tests/TestResults/", "/.*/", StringComparison.Ordinal);
        pattern = Regex.Replace(pattern, @"\d+(\\\.\d+)?\\ (ms|s)", @"\S+ m?s");
        pattern = Regex.Replace(pattern, @"pid\\ \d+", @"pid \d+");
        return "^(?s)" + Regex.Replace(pattern, @"(\\ |\\n|\\t)+", @"\s+") + "$";
    }

    [GeneratedRegex(@"^```\w*\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
