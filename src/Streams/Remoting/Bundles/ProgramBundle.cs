using System.Runtime.InteropServices;

namespace Streams.Remoting.Bundles;

/// <summary>
/// The program whose blocks run on the host: all files below its output directory that a run needs, and assemblies that
/// it loads from elsewhere (packages that are not copied to the output).
/// </summary>
internal sealed class ProgramBundle(string outputDirectory, string? trustedAssemblies) : IBundleSource
{
    private const string DepsSuffix = ".deps.json";

    private static readonly string[] ResultsDirectories = ["TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The program that runs here.</summary>
    public static ProgramBundle OfThisProcess { get; } =
        new(AppContext.BaseDirectory, AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string);

    /// <summary>
    /// The entry assembly whose dependency context runs here: the test project's under a test host, whose own program
    /// is a mere loader. Null if it is unknown.
    /// </summary>
    public static string? EntryOfThisProcess =>
        (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(';', 2)[0] is { } path && path.EndsWith(DepsSuffix, StringComparison.Ordinal)
            ? Path.GetFileName(path)[..^DepsSuffix.Length]
            : null;

    public async Task<Bundle> ReadAsync(CancellationToken cancellationToken)
    {
        var files = LocalFile.Below(outputDirectory, isLeftOut: IsLeftOut).ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var assembly in OutsideAssemblies())
            files.TryAdd(assembly.Path, assembly);
        return new Bundle("program", await FileDigests.Shared.ReadAsync(files.Values, cancellationToken).ConfigureAwait(false));
    }

    private static bool IsLeftOut(string directory)
    {
        var name = directory[(directory.LastIndexOf('/') + 1)..];
        if (ResultsDirectories.Contains(name, StringComparer.OrdinalIgnoreCase))
            return true;
        if (!directory.StartsWith("runtimes/", StringComparison.Ordinal) || directory.Count(c => c == '/') != 1)
            return false;
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        return !(name is "any" or "unix" or "linux" || name == $"unix-{architecture}" || name == $"linux-{architecture}");
    }

    private IEnumerable<LocalFile> OutsideAssemblies()
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputDirectory)) + Path.DirectorySeparatorChar;
        var shared = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..")) + Path.DirectorySeparatorChar;
        return (trustedAssemblies ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => !path.StartsWith(root, StringComparison.Ordinal) && !path.StartsWith(shared, StringComparison.Ordinal))
            .Where(File.Exists)
            .Select(path => new LocalFile(Path.GetFileName(path), path));
    }
}
