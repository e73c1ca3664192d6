using Streams.Results;

namespace Streams.Tests.Results;

public class RunResultsTests
{
    [Fact]
    public async Task Latest_points_to_the_newest_run()
    {
        using var root = new TempDirectory();
        for (var i = 0; i < 3; i++)
        {
            using var run = RunResults.Start(root.Root, TimeProvider.System);
            Assert.Equal(Path.GetFileName(run.Path), new DirectoryInfo(root["streams/latest"]).LinkTarget);
            Assert.Equal([RunResults.LockName], Directory.EnumerateFileSystemEntries(run.Path).Select(Path.GetFileName));
        }

        await RunResults.Tidied.DefaultTimeout();
        Assert.Equal(4, Directory.EnumerateFileSystemEntries(root["streams"]).Count());
    }

    [Fact]
    public void Oldest_runs_are_removed_but_never_one_in_use_or_one_that_is_not_ours()
    {
        using var root = new TempDirectory();
        var outside = Directory.CreateDirectory(root["outside"]);
        File.WriteAllText(root["outside/kept"], "");
        for (var i = 10; i < 20; i++)
        {
            Directory.CreateDirectory(root[$"streams/2026-01-{i}/deep"]);
            File.WriteAllText(root[$"streams/2026-01-{i}/.lock"], "");
            File.WriteAllText(root[$"streams/2026-01-{i}/deep/file"], "");
            File.CreateSymbolicLink(root[$"streams/2026-01-{i}/link"], outside.FullName);
        }

        Directory.CreateDirectory(root["streams/1999-somebody-elses"]);
        using (new FileStream(root["streams/2026-01-11/.lock"], FileMode.Open, FileAccess.Write, FileShare.None))
            OldRuns.Remove(root["streams"], kept: 3);

        Assert.Equal(
            ["1999-somebody-elses", "2026-01-11", "2026-01-17", "2026-01-18", "2026-01-19"],
            Directory.EnumerateDirectories(root["streams"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(root["streams/2026-01-11/deep/file"]));
        Assert.True(File.Exists(root["outside/kept"]));
    }
}
