using Streams.Processes;

namespace Streams.Results;

/// <summary>
/// What a block on this machine left in its <c>data/</c>, by looking alone: nothing is opened, no link is followed, for a
/// reader of results must be able to trust what the list calls a file.
/// </summary>
internal sealed class DataListing
{
    private readonly List<(string Name, long Bytes)> _files = [];
    private readonly List<string> _notes = [];

    private DataListing()
    {
    }

    /// <summary>Regular files, by name below the directory.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Files => _files;

    /// <summary>What is there and is no file, or was not looked at, and why.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public static DataListing Of(string directory)
    {
        var listing = new DataListing();
        if (NativeMethods.Status(directory) is { IsDirectory: true })
            listing.Enter(directory, "", 1);
        return listing;
    }

    private void Enter(string directory, string prefix, int depth)
    {
        foreach (var path in Entries(directory, prefix))
        {
            if (_files.Count + _notes.Count >= IncomingFiles.MostFiles)
            {
                _notes.Add($"more than {IncomingFiles.MostFiles:N0} files; the rest is there, and not listed");
                return;
            }

            Add(path, prefix + Path.GetFileName(path), depth);
        }
    }

    private void Add(string path, string name, int depth)
    {
        var status = NativeMethods.Status(path);
        if (status is { IsRegularFile: true } file)
            _files.Add((name, file.Size));
        else if (status is not { IsDirectory: true })
            _notes.Add(status is null ? $"{name}: its name is no text, or it vanished" : $"{name}: {Kind(path, status.Value)}");
        else if (depth >= IncomingName.MostDepth)
            _notes.Add($"{name}: more than {IncomingName.MostDepth} directories deep, not listed");
        else
            Enter(path, name + "/", depth + 1);
    }

    private List<string> Entries(string directory, string prefix)
    {
        try
        {
            // One more than are listed, so that it is seen that there are more.
            return [.. Directory.EnumerateFileSystemEntries(directory).Take(IncomingFiles.MostFiles + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _notes.Add($"{(prefix.Length == 0 ? "data" : prefix.TrimEnd('/'))}: cannot be listed: {exception.Message}");
            return [];
        }
    }

    private static string Kind(string path, FileStatus status) => status.Type switch
    {
        FileStatus.Link => $"a link to '{new FileInfo(path).LinkTarget}', which is not followed",
        FileStatus.Fifo => "a FIFO",
        FileStatus.Socket => "a socket",
        _ => "a device",
    };
}
