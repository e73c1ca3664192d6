using System.Text.RegularExpressions;

namespace Streams.Tests.Architecture;

/// <summary>The repository's files, for rules that only the source can tell.</summary>
internal static partial class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Source files under a folder of the repository, without what the build made.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*.cs") => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj" or "artifacts" or ".git"));

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    /// <summary>The first folder below <c>src/Streams</c> of each type that is declared there; empty for the root.</summary>
    public static ILookup<string, string> FoldersByTypeName() => Files("src/Streams")
        .SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => (Type: match.Groups["name"].Value, Folder: FolderOf(file))))
        .Distinct()
        .ToLookup(pair => pair.Type, pair => pair.Folder);

    private static string FolderOf(string file)
    {
        var parts = Relative(file).Split('/');
        return parts.Length > 3 ? parts[2] : "";
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Streams.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No Streams.sln above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"^(?:public|internal)[\w ]* (?:class|struct|interface|enum|record|delegate [\w<>?]+) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();
}
