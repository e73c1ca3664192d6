namespace Streams.Results;

/// <summary>Removes the runs beyond the newest ones, never one that is in use, and none that began just now.</summary>
internal static class OldRuns
{
    // A solution with more projects than runs are kept must not remove the results of its first while it tests its last.
    private static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    public static void Remove(string all, int kept, DateTimeOffset now)
    {
        var recent = RunResults.Stamp(now - Recent);
        // Names begin with their time. What has no lock file is not a run of ours and is left alone.
        var runs = new DirectoryInfo(all).EnumerateDirectories()
            .Where(run => run.LinkTarget is null && File.Exists(Path.Combine(run.FullName, RunResults.LockName)))
            .OrderByDescending(run => run.Name, StringComparer.Ordinal)
            .Skip(kept)
            .Where(run => string.CompareOrdinal(run.Name, recent) < 0)
            .ToList();
        foreach (var run in runs)
            RemoveUnlessInUse(run);
    }

    private static void RemoveUnlessInUse(DirectoryInfo run)
    {
        try
        {
            // Held until all is gone. Deleting never follows links.
            using var held = new FileStream(Path.Combine(run.FullName, RunResults.LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            foreach (var entry in run.EnumerateFileSystemInfos().Where(entry => entry.Name != RunResults.LockName))
                Delete(entry);
            run.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, or not ours to delete, or being deleted by another process: the next run tries again.
        }
    }

    private static void Delete(FileSystemInfo entry)
    {
        if (entry is DirectoryInfo { LinkTarget: null } directory)
            directory.Delete(recursive: true);
        else
            entry.Delete();
    }
}
