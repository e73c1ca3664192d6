namespace Streams.Remoting.Bundles;

/// <summary>A file of this machine, and the name it has in a bundle.</summary>
internal readonly record struct LocalFile(string Path, string FullPath)
{
    /// <summary>The regular files below a directory, links to files included, except in directories that are left out.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="prefix">Put before each name in the bundle; empty or ending with a slash.</param>
    /// <param name="isLeftOut">Asked with the relative '/'-separated name of each directory.</param>
    public static IEnumerable<LocalFile> Below(string root, string prefix = "", Func<string, bool>? isLeftOut = null)
    {
        var pending = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (pending.TryPop(out var directory))
        {
            foreach (var entry in directory.EnumerateFileSystemInfos())
            {
                var relative = System.IO.Path.GetRelativePath(root, entry.FullName).Replace(System.IO.Path.DirectorySeparatorChar, '/');
                if (entry is DirectoryInfo child)
                {
                    // A link to a directory may lead back up.
                    if (entry.LinkTarget is null && isLeftOut?.Invoke(relative) != true)
                        pending.Push(child);
                }
                else if (Target(entry) is { Exists: true } file)
                {
                    yield return new LocalFile(prefix + relative, file.FullName);
                }
            }
        }
    }

    private static FileSystemInfo? Target(FileSystemInfo file) =>
        file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
}
