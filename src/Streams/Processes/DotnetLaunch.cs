using System.Reflection;
using System.Runtime.InteropServices;

namespace Streams.Processes;

/// <summary>
/// How to start Streams.dll as a program in the dependency context of the running one: <c>dotnet exec --depsfile T.deps.json
/// --runtimeconfig T.runtimeconfig.json Streams.dll VERB</c>, with T the test's assembly (D5).
/// </summary>
internal sealed class DotnetLaunch
{
    private DotnetLaunch(string dotnet, string depsFile, string runtimeConfig, string program) =>
        (Dotnet, DepsFile, RuntimeConfig, Program) = (dotnet, depsFile, runtimeConfig, program);

    public string Dotnet { get; }

    public string DepsFile { get; }

    public string RuntimeConfig { get; }

    public string Program { get; }

    /// <summary>Looks for everything that is needed.</summary>
    /// <exception cref="IOException">One sentence: what is missing, and what to do.</exception>
    public static DotnetLaunch Find()
    {
        var program = typeof(DotnetLaunch).Assembly.Location;
        if (program.Length == 0)
            throw new IOException(
                "This program was published as a single file, and Streams needs its assemblies as files to start workers from: publish without PublishSingleFile.");
        var deps = FindDepsFile();
        var config = deps[..^".deps.json".Length] + ".runtimeconfig.json";
        if (!File.Exists(config))
            throw new IOException($"{config} does not exist, and Streams needs it to start workers as this program was started; is the project an executable or a test project?");
        return new DotnetLaunch(FindDotnet(), deps, config, program);
    }

    /// <summary>The command line for a verb of Streams.dll.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> verb) =>
        [Dotnet, "exec", "--depsfile", DepsFile, "--runtimeconfig", RuntimeConfig, Program, .. verb];

    private static string FindDepsFile()
    {
        var candidates = new List<string>();
        // Under VSTest the host was given the test's file; elsewhere this is the program's own.
        var listed = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(';', 2)[0];
        if (!string.IsNullOrEmpty(listed))
            candidates.Add(listed);
        if (Assembly.GetEntryAssembly()?.GetName().Name is { } entry)
            candidates.Add(Path.Combine(AppContext.BaseDirectory, entry + ".deps.json"));
        return candidates.Find(file => File.Exists(file) && !IsOfTestHost(file)) ?? OnlyOne()
            ?? throw new IOException(
                $"No deps.json of the running program was found (looked for {string.Join(", ", candidates)}); Streams needs it to start workers with the same assemblies: set GenerateDependencyFile to true.");
    }

    private static bool IsOfTestHost(string file) => Path.GetFileName(file).StartsWith("testhost.", StringComparison.OrdinalIgnoreCase);

    /// <summary>The only program with both files in the base directory, when nothing names it.</summary>
    private static string? OnlyOne()
    {
        var found = Directory.GetFiles(AppContext.BaseDirectory, "*.deps.json")
            .Where(file => !IsOfTestHost(file) && File.Exists(file[..^".deps.json".Length] + ".runtimeconfig.json")).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static string FindDotnet()
    {
        foreach (var candidate in Candidates())
        {
            if (!string.IsNullOrEmpty(candidate) && Path.GetFileName(candidate) == "dotnet" && File.Exists(candidate))
                return Path.GetFullPath(candidate);
        }

        throw new IOException("The program dotnet was not found: neither is it what runs this program, nor at DOTNET_HOST_PATH, below DOTNET_ROOT, on the PATH or beside the running runtime. Set DOTNET_ROOT.");
    }

    private static IEnumerable<string?> Candidates()
    {
        yield return Environment.ProcessPath;
        yield return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH");
        // The runtime that runs this code, which the configuration asks for: .../shared/Microsoft.NETCore.App/10.0.0/
        yield return Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet");
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
            yield return Path.Combine(root, "dotnet");
        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            yield return Path.Combine(directory, "dotnet");
    }
}
