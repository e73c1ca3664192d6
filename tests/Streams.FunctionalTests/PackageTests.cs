using System.Diagnostics;

namespace Streams.FunctionalTests;

/// <summary>
/// The package in a stranger's project: made from nothing in a temporary folder, restored from a local folder feed, run
/// by <c>dotnet test</c>. The feed is STREAMS_TEST_FEED, made by ./eng/test with <c>dotnet pack</c>.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private readonly TempDirectory _project = new();

    public void Dispose() => _project.Dispose();

    [PackageTheory]
    [InlineData("xunit2")]
    [InlineData("xunit3")]
    public async Task Stranger_restores_the_package_and_runs_streams(string template)
    {
        CopyTemplate(template);
        var results = _project["results here"];
        var (exitCode, output) = await RunDotnetAsync("test", "--nologo", "--results-directory", results);
        Assert.True(exitCode == 0, output);
        var owners = Directory.EnumerateDirectories(Path.Combine(results, "streams", "latest")).Select(path => Path.GetFileName(path)!).ToList();
        Assert.Contains(owners, name => name.StartsWith("ConsumerTests.Two_local_streams_meet(one, 1)~", StringComparison.Ordinal));
        Assert.Contains(owners, name => name.StartsWith("ConsumerTests.Two_local_streams_meet(two, 2)~", StringComparison.Ordinal));
        Assert.Contains(owners, name => name.StartsWith("ConsumerTests.Without_an_output_helper~", StringComparison.Ordinal));
    }

    private void CopyTemplate(string template)
    {
        var feed = PackageTheoryAttribute.Feed!;
        var version = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(feed, "Streams.Testing.?.*.nupkg").Single())["Streams.Testing.".Length..];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Templates(), template), "*.template"))
            File.WriteAllText(_project[Path.GetFileNameWithoutExtension(file)], File.ReadAllText(file).Replace("{PackageVersion}", version, StringComparison.Ordinal));
        // Added to the machine's own sources. A packages folder of its own: the version stays the same while the content does not.
        File.WriteAllText(_project["nuget.config"], $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{_project["packages"]}" /></config>
              <packageSources><add key="local" value="{feed}" /></packageSources>
            </configuration>
            """);
    }

    private static string Templates()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var templates = Path.Combine(directory.FullName, "tests", "Consumers");
            if (Directory.Exists(templates))
                return templates;
        }

        throw new DirectoryNotFoundException($"There is no tests/Consumers above {AppContext.BaseDirectory}.");
    }

    private async Task<(int ExitCode, string Output)> RunDotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _project.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        // What this test run was told must not be told to the stranger's; and no build server may outlive it.
        start.Environment.Remove("STREAMS_RESULTS_DIR");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}

/// <summary>Needs a feed with the package; without one it is skipped, or fails in CI.</summary>
public sealed class PackageTheoryAttribute : TheoryAttribute
{
    public PackageTheoryAttribute()
    {
        if (Feed is null && Environment.GetEnvironmentVariable("STREAMS_TEST_REQUIRE") != "all")
            Skip = "needs STREAMS_TEST_FEED, a folder with the package; ./eng/test makes it";
    }

    public static string? Feed => Environment.GetEnvironmentVariable("STREAMS_TEST_FEED");
}
