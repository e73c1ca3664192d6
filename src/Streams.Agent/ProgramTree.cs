namespace Streams.Agent;

/// <summary>The test's files on this host, in whose dependency context the workers run.</summary>
internal sealed record ProgramTree(string Directory, string Entry)
{
    private const string RuntimeConfig = ".runtimeconfig.json";

    /// <summary>Finds the test's entry assembly: the one that has a runtimeconfig and a deps file.</summary>
    /// <exception cref="InvalidOperationException">There is none, or several.</exception>
    public static ProgramTree Find(string directory, string? entry)
    {
        var names = System.IO.Directory.EnumerateFiles(directory, "*" + RuntimeConfig)
            .Select(path => Path.GetFileName(path)[..^RuntimeConfig.Length])
            .Where(name => File.Exists(Path.Combine(directory, name + ".deps.json")))
            .Where(name => entry is null ? name is not ("Streams.Agent" or "testhost") : name == entry)
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count switch
        {
            1 => new ProgramTree(directory, names[0]),
            0 => throw new InvalidOperationException($"{directory} holds no program: {entry ?? "NAME"}{RuntimeConfig} with a .deps.json beside it was looked for"),
            _ => throw new InvalidOperationException($"{directory} holds several programs ({string.Join(", ", names)}); name one with --entry"),
        };
    }

    /// <summary>The command that starts a worker in the test's own dependency context (D5).</summary>
    public IEnumerable<string> WorkerCommand(string dotnet, string workersSocket, string worker) =>
    [
        dotnet, "exec",
        "--depsfile", Path.Combine(Directory, Entry + ".deps.json"),
        "--runtimeconfig", Path.Combine(Directory, Entry + RuntimeConfig),
        Path.Combine(Directory, "Streams.dll"), "worker", workersSocket, worker,
    ];
}
