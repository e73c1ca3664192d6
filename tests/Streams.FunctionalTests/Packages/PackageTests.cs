using System.Text.Json;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Packages;

/// <summary>The package in a stranger's test project, with the code of the documents in it, run by <c>dotnet test</c>.</summary>
[Collection(PackagesCollection.Name)]
public sealed class PackageTests(PackageFeed feed, SshHosts hosts, ITestOutputHelper output)
{
    private static readonly string[] Documents = ["README.md", "docs/getting-started.md", "docs/writing-blocks.md", "docs/streams.md", "docs/hosts.md", "docs/nested-streams.md", "docs/debugging.md", "src/Streams.Sync/README.md"];

    /// <summary>A test all of whose blocks are skipped.</summary>
    private const string AllSkipped = """
        using Streams;
        using Xunit;

        public class SkippedTests
        {
            [Fact]
            public async Task Nothing_is_there()
            {
                await using var streams = new StreamCollection();
                streams.Add("local").RunBg(() => { }, new BlockOptions { Requires = [Requires.File("/no/such/file")] });
                await streams.WaitAsync();
            }
        }
        """;

    [NeedsTheory(SshHosts.Needed)]
    [InlineData("xunit2")]
    [InlineData("xunit3")]
    public async Task Stranger_restores_the_package_and_runs_streams_here_and_on_a_host(string template)
    {
        var host = hosts.Bed["dotnet"].Name;
        using var stranger = new Stranger(feed, template);
        PasteDocuments(stranger, template == "xunit3", host);
        stranger.Write("SkippedTests.cs", AllSkipped);
        stranger.Environment["STREAMS_SSH"] = $"ssh -F {hosts.Bed.SshConfig}";
        stranger.Environment["CONSUMER_SSH_HOST"] = host;
        var results = stranger["results here"];

        // The README's example is compiled only: its hosts are the reader's.
        var run = await stranger.DotnetAsync(
            "test", "--nologo", "--results-directory", results, "--filter", "FullyQualifiedName!~Netperf&FullyQualifiedName!~Own_", "--logger", "console;verbosity=detailed");
        output.WriteLine(run.Output);

        run.Succeeded();
        // xunit 2 cannot skip a test that runs.
        Assert.Equal(template == "xunit3", run.Output.Contains("Skipped SkippedTests.Nothing_is_there", StringComparison.Ordinal));
        var tests = Directory.EnumerateDirectories(Path.Combine(results, "streams", "latest")).Where(directory => !directory.Contains("SkippedTests", StringComparison.Ordinal)).Select(PassedTest).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                $"ConsumerTests.One_stream_over_ssh: far on {host}",
                "ConsumerTests.Two_local_streams_meet(one, 1): server on localhost, client on localhost",
                "ConsumerTests.Two_local_streams_meet(two, 2): server on localhost, client on localhost",
                "ConsumerTests.Without_an_output_helper: localhost on localhost",
                "GettingStarted.Client_hears_the_server: server on localhost, client on localhost",
                $"GettingStartedElsewhere.Client_hears_the_server: server on localhost, client on {host}",
            ],
            tests);
        Assert.False(Directory.Exists(stranger["TestResults"]));
    }

    /// <summary>Every C# block of the documents; the first steps once more with the one change that they propose.</summary>
    internal static void PasteDocuments(Stranger stranger, bool xunit3, string host)
    {
        foreach (var document in Documents)
        {
            var blocks = CodeInDocument.Read(document);
            Assert.NotEmpty(blocks);
            foreach (var (index, code) in blocks.Index())
            {
                var name = $"{Path.ChangeExtension(document, null).Replace('/', '_').Replace('-', '_').Replace('.', '_')}_{index + 1}";
                stranger.Write($"{name}.cs", CodeInDocument.AsFile(code, name, xunit3));
            }
        }

        var (firstSteps, change) = CodeInDocument.Read("docs/getting-started.md") is [var first, var second, ..] ? (first, second) : throw new InvalidDataException("getting-started.md");
        var lines = firstSteps.Split('\n').ToList();
        var changed = Assert.Single(lines, line => line.Contains("var client =", StringComparison.Ordinal));
        lines[lines.IndexOf(changed)] = change.Replace("\"web2\"", $"\"{host}\"", StringComparison.Ordinal);
        var elsewhere = string.Join('\n', lines).Replace("class GettingStarted", "class GettingStartedElsewhere", StringComparison.Ordinal);
        stranger.Write("Elsewhere.cs", CodeInDocument.AsFile(elsewhere, "Elsewhere", xunit3));
    }

    /// <summary>The test that owns a results directory and the places of its streams, if all that ran there passed.</summary>
    internal static string PassedTest(string directory)
    {
        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "results.json")));
        var streams = results.RootElement.GetProperty("streams").EnumerateArray().ToList();
        Assert.All(
            streams.SelectMany(stream => stream.GetProperty("blocks").EnumerateArray()),
            block => Assert.Equal("PASS", block.GetProperty("outcome").GetString()));
        return $"{Path.GetFileName(directory).Split('~')[0]}: {string.Join(", ", streams.Select(stream => $"{stream.GetProperty("name")} on {stream.GetProperty("host")}"))}";
    }
}
