using System.Diagnostics;

namespace Streams.FunctionalTests.Packages;

/// <summary>A console program that has the package through a library, in the forms in which programs are shipped.</summary>
[Collection(PackagesCollection.Name)]
public sealed class PublishedProgramTests(PackageFeed feed, ITestOutputHelper output)
{
    [Fact]
    public async Task Published_program_runs_blocks_of_a_library_that_has_the_package()
    {
        using var stranger = new Stranger(feed, "console");
        var results = stranger["results"];

        var published = await stranger.DotnetAsync("publish", "App", "--artifacts-path", stranger["artifacts"], "-o", stranger["published"], "--nologo");
        output.WriteLine(published.Succeeded());
        var run = await stranger.DotnetAsync(stranger["published/App.dll"], results);
        output.WriteLine(run.Output);

        Assert.Contains("came home: hello in ", run.Succeeded(), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(results, "streams", "latest"), "results.json", SearchOption.AllDirectories));
        // The listener of the package's targets came through the library, too.
        Assert.Contains("Streams.Testing.Listener.cs", string.Concat(Directory.EnumerateFiles(stranger["artifacts"], "*.pdb", SearchOption.AllDirectories).Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_packages_targets_streams_run_all_the_same()
    {
        using var stranger = new Stranger(feed, "console");

        var built = await stranger.DotnetAsync("build", "App", "-p:WithoutAssets=build%3BbuildTransitive", "-o", stranger["built"], "--nologo");
        output.WriteLine(built.Succeeded());
        var run = await stranger.DotnetAsync(stranger["built/App.dll"], stranger["results"]);
        output.WriteLine(run.Output);

        Assert.Contains("came home: hello in ", run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Single_file_program_is_told_in_a_sentence_what_to_change()
    {
        using var stranger = new Stranger(feed, "console");

        // The last two keep the SDK from fetching runtime packs that this form does not use.
        var published = await stranger.DotnetAsync(
            "publish", "App", "--use-current-runtime", "--no-self-contained", "-p:PublishSingleFile=true", "-o", stranger["single"], "--nologo",
            "-p:DisableTransitiveFrameworkReferenceDownloads=true", "-p:EnableSingleFileAnalyzer=false");
        output.WriteLine(published.Succeeded());
        using var program = Process.Start(new ProcessStartInfo(stranger["single/App"], [stranger["results"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await program.StandardError.ReadToEndAsync().DefaultTimeout();
        await program.WaitForExitAsync().DefaultTimeout();
        output.WriteLine(said);

        Assert.Equal(1, program.ExitCode);
        Assert.Contains("publish without PublishSingleFile", Assert.Single(said.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
