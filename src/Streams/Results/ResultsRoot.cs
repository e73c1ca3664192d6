namespace Streams.Results;

/// <summary>The directory that all results go under, and who named it.</summary>
internal sealed record ResultsRoot(string Path, string NamedBy)
{
    public const string Variable = "STREAMS_RESULTS_DIR";
    private const string Option = "--results-directory";

    // Room for the longest path that is made below the root by default; the kernel's limit is 4,096 with the final NUL.
    private const int LongestPath = 4095 - 900;
    private const int LongestName = 255;

    /// <summary>Finds the root as the runner and the user named it, and makes sure that results can be written there.</summary>
    /// <exception cref="StreamsException">The directory cannot be used; the message says which, who named it, and why.</exception>
    public static ResultsRoot Find(string? wanted) =>
        Find(wanted, Environment.GetEnvironmentVariable(Variable), Environment.GetCommandLineArgs(), AppContext.BaseDirectory);

    public static ResultsRoot Find(string? wanted, string? variable, IReadOnlyList<string> commandLine, string baseDirectory)
    {
        var root = Choose(wanted, variable, commandLine, baseDirectory);
        root = root with { Path = root.Absolute() };
        root.Check();
        return root;
    }

    private static ResultsRoot Choose(string? wanted, string? variable, IReadOnlyList<string> commandLine, string baseDirectory)
    {
        if (!string.IsNullOrWhiteSpace(wanted))
            return new(wanted, "the options of the stream collection");
        if (!string.IsNullOrWhiteSpace(variable))
            return new(variable, Variable);
        if (RunnersDirectory(commandLine) is { } given)
            return new(given, Option);
        for (var directory = new DirectoryInfo(baseDirectory); directory is not null; directory = directory.Parent)
        {
            if (HasProject(directory))
                return new(System.IO.Path.Combine(directory.FullName, "TestResults"), "the nearest project's TestResults");
        }

        return new(System.IO.Path.Combine(baseDirectory, "TestResults"), "the program's own directory");
    }

    // Microsoft.Testing.Platform: the test program is started with the option itself.
    private static string? RunnersDirectory(IReadOnlyList<string> commandLine)
    {
        for (var i = 1; i < commandLine.Count; i++)
        {
            if (commandLine[i] == Option && i + 1 < commandLine.Count)
                return commandLine[i + 1];
            if (commandLine[i].StartsWith(Option + "=", StringComparison.Ordinal) || commandLine[i].StartsWith(Option + ":", StringComparison.Ordinal))
                return commandLine[i][(Option.Length + 1)..];
        }

        return null;
    }

    // A directory above that may not be read holds no project of ours.
    private static bool HasProject(DirectoryInfo directory)
    {
        try
        {
            return directory.EnumerateFiles("*.*proj").Any();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Absolute()
    {
        if (Path.Contains('\0', StringComparison.Ordinal))
            throw Unusable("its name contains a NUL character", null);
        return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path));
    }

    private void Check()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(Path) > LongestPath)
            throw Unusable($"its path is longer than {LongestPath} bytes, and results need room below it", null);
        if (Path.Split('/').FirstOrDefault(name => System.Text.Encoding.UTF8.GetByteCount(name) > LongestName) is { } longName)
            throw Unusable($"the part '{longName[..20]}…' of its path is longer than {LongestName} bytes", null);
        for (var above = Path; above is not null; above = System.IO.Path.GetDirectoryName(above))
        {
            var it = above == Path ? "it" : $"'{above}'";
            if (new FileInfo(above) is { LinkTarget: { } target } link && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } && !Directory.Exists(above))
                throw Unusable($"{it} is a link to '{target}', where nothing is", null);
            if (File.Exists(above))
                throw Unusable($"{it} is a file", null);
        }

        try
        {
            Directory.CreateDirectory(Path);
            ProbeWriting();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception.Message.TrimEnd('.'), exception);
        }
    }

    private void ProbeWriting()
    {
        var probe = System.IO.Path.Combine(Path, $".streams-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    private StreamsException Unusable(string why, Exception? inner) => new(
        $"""
        The results directory '{Printable.Line(Path)}' cannot be used: {Printable.Line(why)}.
          It was named by {NamedBy}. Nothing was started.
          Name a directory that can be written: {Variable}, the runner's {Option}, or the collection's options.
        """, inner);
}
