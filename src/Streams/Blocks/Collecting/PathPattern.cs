using System.IO.Enumeration;

namespace Streams.Blocks.Collecting;

/// <summary>An absolute path with <c>*</c> and <c>?</c>, as a shell reads it: neither crosses a slash, nor matches a leading dot.</summary>
internal static class PathPattern
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    /// <summary>What matches. Without a wildcard: the path itself, whether it is there or not.</summary>
    public static IEnumerable<string> Matches(string pattern, Action<string> refused)
    {
        IEnumerable<string> found = ["/"];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = part.AsSpan().ContainsAny('*', '?')
                ? found.SelectMany(directory => Matching(directory, part, refused))
                : found.Select(directory => Path.Combine(directory, part));
        }

        return found;
    }

    private static string[] Matching(string directory, string part, Action<string> refused)
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFileSystemInfos("*", Everything)
                .Where(entry => FileSystemName.MatchesSimpleExpression(part, entry.Name, ignoreCase: false) && (entry.Name[0] != '.' || part[0] == '.'))
                .Select(entry => entry.FullName)
                .Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file where a directory would have to be matches nothing; what may not be read is worth a word.
            if (Directory.Exists(directory))
                refused($"'{directory}' could not be searched: {exception.Message}");
            return [];
        }
    }
}
