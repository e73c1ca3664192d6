namespace Streams.FunctionalTests.Packages;

/// <summary>The checkout in which these tests were built.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Streams.sln")))
                return directory.FullName;
        }

        throw new DirectoryNotFoundException($"There is no Streams.sln above {AppContext.BaseDirectory}.");
    }
}
