namespace Streams.FunctionalTests.Packages;

/// <summary>The C# of the documents runs, as far as it can on one machine: the README's and the second host's need hosts.</summary>
[Collection(PackagesCollection.Name)]
public sealed class SnippetTests(PackageFeed feed, ITestOutputHelper output)
{
    /// <summary>Who meets the snippets of a document, and what stands in for the programs that they call.</summary>
    private const string Runner = """
        using Streams;
        using Xunit;
        using Xunit.Abstractions;

        public class RunSnippets(ITestOutputHelper output)
        {
            [Fact]
            public async Task Writing_blocks()
            {
                await using var streams = new StreamCollection(output.WriteLine);
                streams.Add("localhost", name: "other").RunBg(block => block.Sync.BarrierAsync("ready", 2));
                await docs_writing_blocks_1.Run(streams, streams.Add("localhost", name: "client"));
                await streams.WaitAsync();
            }

            [Fact]
            public Task Sync_alone() => src_Streams_Sync_README_1.Run(null!, null!);
        }
        """;

    [Fact]
    public async Task Code_of_the_documents_runs()
    {
        using var stranger = new Stranger(feed, "xunit2");
        PackageTests.PasteDocuments(stranger, xunit3: false, "localhost");
        stranger.Write("RunSnippets.cs", Runner);
        stranger.Write("bin-for-blocks/pg_isready", "#!/bin/sh\necho \"$2:$4 - accepting connections\"\n");
        using (var chmod = System.Diagnostics.Process.Start("chmod", ["+x", stranger["bin-for-blocks/pg_isready"]]))
            await chmod.WaitForExitAsync().DefaultTimeout();
        stranger.Environment["PATH"] = $"{stranger["bin-for-blocks"]}:{Environment.GetEnvironmentVariable("PATH")}";

        var run = await stranger.DotnetAsync(
            "test", "--nologo", "--filter", "FullyQualifiedName~RunSnippets|FullyQualifiedName~GettingStarted", "--logger", "console;verbosity=detailed");
        output.WriteLine(run.Output);

        run.Succeeded();
        Assert.Equal(
            [
                "GettingStarted.Client_hears_the_server: server on localhost, client on localhost",
                "GettingStartedElsewhere.Client_hears_the_server: server on localhost, client on localhost",
                "RunSnippets.Writing_blocks: other on localhost, client on localhost",
            ],
            Directory.EnumerateDirectories(stranger["TestResults/streams/latest"]).Select(PackageTests.PassedTest).Order(StringComparer.Ordinal));
        Assert.Contains("db1:5432 - accepting connections", run.Output, StringComparison.Ordinal);
    }
}
