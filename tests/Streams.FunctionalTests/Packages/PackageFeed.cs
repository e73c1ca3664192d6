using System.Globalization;
using System.Reflection;

namespace Streams.FunctionalTests.Packages;

/// <summary>
/// Our packages as this build made them, in a folder feed. Their version is of this run alone, and they are unpacked to a
/// directory of this run alone, so that no cache can serve another build and nothing stays behind.
/// </summary>
public sealed class PackageFeed : IAsyncLifetime, IDisposable
{
    public const string Library = "Streams.Testing";
    public const string Tool = "Streams.Testing.Tool";
    public const string Sync = "Streams.Testing.Sync";

    public static readonly string Configuration = typeof(PackageFeed).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private readonly TempDirectory _directory = new();

    /// <summary>The folder with the packages.</summary>
    public string Folder => _directory["feed"];

    /// <summary>Where NuGet unpacks what it takes from there.</summary>
    public string Unpacked => _directory["unpacked"];

    /// <summary>The machine's usual packages folder; everybody else's packages come from there.</summary>
    public static string Usual { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{Environment.ProcessId}.{Environment.TickCount64}");

    /// <summary>What <c>dotnet pack</c> said.</summary>
    public string PackOutput { get; private set; } = "";

    public string this[string id] => Path.Combine(Folder, $"{id}.{Version}.nupkg");

    public async Task InitializeAsync()
    {
        foreach (var project in new[] { "Streams.Sync", "Streams", "Streams.Tool" })
        {
            // What was built for these tests is packed; without building again, so that it is what the other tests test.
            PackOutput += (await Dotnet.RunAsync(_directory.Root, null,
                "pack", Path.Combine(Repository.Root, "src", project), "--no-build", "-c", Configuration, "-o", Folder, "--nologo",
                "-warnaserror", $"-p:Version={Version}", $"-p:NuspecOutputPath={_directory["nuspec"]}/")).Succeeded();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();
}
