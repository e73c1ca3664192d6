using System.Runtime.InteropServices;

namespace Streams.Remoting.Bundles;

/// <summary>
/// The .NET that runs here, ASP.NET Core's part included, with the C++ libraries that it has loaded: all that a host with
/// the same platform and a C library needs to run the agent.
/// </summary>
internal sealed class RuntimeBundle : IBundleSource
{
    /// <summary>Directory of the bundle that holds libstdc++ and libgcc_s, used only where the host has none.</summary>
    public const string LibraryDirectory = "lib";

    private static readonly string[] Libraries = ["libstdc++.so.6", "libgcc_s.so.1"];

    public static RuntimeBundle OfThisProcess { get; } = new();

    public async Task<Bundle> ReadAsync(CancellationToken cancellationToken)
    {
        var core = new DirectoryInfo(Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()));
        var root = core.Parent?.Parent?.Parent?.FullName;
        if (core.Parent?.Name != "Microsoft.NETCore.App" || root is null || !File.Exists(Path.Combine(root, "dotnet")))
            throw new StreamsException($"this program does not run on a shared .NET runtime ({core.FullName}), so it has none to bring along");
        var web = Newest(Path.Combine(root, "shared", "Microsoft.AspNetCore.App"), Environment.Version.Major)
            ?? throw new StreamsException($"the .NET here ({root}) lacks ASP.NET Core {Environment.Version.Major}, which the agent needs");
        var resolver = Newest(Path.Combine(root, "host", "fxr"), Environment.Version.Major)
            ?? throw new StreamsException($"the .NET here ({root}) lacks host/fxr");
        string[] directories = [resolver, core.FullName, web];
        var files = directories
            .SelectMany(directory => LocalFile.Below(directory, Path.GetRelativePath(root, directory) + "/"))
            .Append(new LocalFile("dotnet", Path.Combine(root, "dotnet")))
            .Concat(LoadedLibraries());
        return new Bundle("runtime", await FileDigests.Shared.ReadAsync(files, cancellationToken).ConfigureAwait(false));
    }

    private static string? Newest(string directory, int major) =>
        Directory.Exists(directory)
            ? Directory.EnumerateDirectories(directory)
                .Where(path => Version.TryParse(Path.GetFileName(path), out var version) && version.Major == major)
                .MaxBy(path => Version.Parse(Path.GetFileName(path)))
            : null;

    // The runtime itself has loaded them: the kernel knows from where.
    private static IEnumerable<LocalFile> LoadedLibraries() =>
        !File.Exists("/proc/self/maps") ? [] : File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .Where(path => path.StartsWith('/'))
            .Distinct()
            .Select(path => (Path: path, Name: Libraries.FirstOrDefault(name => IsLibrary(path, name))))
            .Where(library => library.Name is not null && File.Exists(library.Path))
            .DistinctBy(library => library.Name)
            .Select(library => new LocalFile($"{LibraryDirectory}/{library.Name}", library.Path));

    // The mapped file is the link's target: libstdc++.so.6.0.30.
    private static bool IsLibrary(string path, string name) => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal);
}
