namespace Streams.FunctionalTests.Packages;

/// <summary>
/// The project of somebody who knows the package only: made from a template in a directory of its own, outside this
/// repository, restored from the folder feed.
/// </summary>
internal sealed class Stranger : IDisposable
{
    private const string TemplateEnding = ".template";

    private readonly TempDirectory _directory = new();
    private readonly PackageFeed _feed;

    public Stranger(PackageFeed feed, string template)
    {
        _feed = feed;
        var templates = Path.Combine(Repository.Root, "tests", "Consumers", template);
        foreach (var file in Directory.EnumerateFiles(templates, "*" + TemplateEnding, SearchOption.AllDirectories))
            Write(Path.GetRelativePath(templates, file)[..^TemplateEnding.Length], File.ReadAllText(file).Replace("{PackageVersion}", feed.Version, StringComparison.Ordinal));
        // The feed is added to the machine's own sources; the usual packages are read where they are.
        Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="the package" value="{feed.Folder}" /></packageSources>
              <fallbackPackageFolders><add key="usual" value="{PackageFeed.Usual}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>What the stranger's environment has beside the ordinary.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string this[string relative] => _directory[relative];

    public void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[file])!);
        File.WriteAllText(this[file], text);
    }

    public Task<Dotnet.Outcome> DotnetAsync(params string[] arguments) =>
        Dotnet.RunAsync(_directory.Root, new Dictionary<string, string>(Environment) { ["NUGET_PACKAGES"] = _feed.Unpacked }, arguments);

    public void Dispose() => _directory.Dispose();
}
