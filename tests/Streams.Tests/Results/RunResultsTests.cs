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
            OldRuns.Remove(root["streams"], kept: 3, new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            ["1999-somebody-elses", "2026-01-11", "2026-01-17", "2026-01-18", "2026-01-19"],
            Directory.EnumerateDirectories(root["streams"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(root["streams/2026-01-11/deep/file"]));
        Assert.True(File.Exists(root["outside/kept"]));
    }

    [Fact]
    public void Runs_of_the_last_hour_stay_however_many_there_are()
    {
        using var root = new TempDirectory();
        foreach (var minute in Enumerable.Range(10, 40))
            AddRun(root, $"2026-01-01T12.{minute}.00-1");
        OldRuns.Remove(root["streams"], kept: 5, new DateTimeOffset(2026, 1, 1, 13, 40, 0, TimeSpan.Zero));

        Assert.Equal("2026-01-01T12.40.00-1", Directory.EnumerateDirectories(root["streams"]).Select(Path.GetFileName).Min(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_that_another_process_holds_stays_also_when_several_tidy_up()
    {
        using var root = new TempDirectory();
        foreach (var day in Enumerable.Range(10, 19))
            AddRun(root, $"2026-01-{day}T00.00.00-1");
        var held = root["streams/2026-01-15T00.00.00-1"];
        // The lock of .NET's files is flock's; the child says that it has it.
        using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("flock", ["-x", "-n", Path.Combine(held, ".lock"), "sh", "-c", "echo held; read end"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await other.StandardOutput.ReadLineAsync().DefaultTimeout());

        Parallel.For(0, 8, _ => OldRuns.Remove(root["streams"], kept: 3, DateTimeOffset.MaxValue));

        Assert.True(File.Exists(Path.Combine(held, "file")));
        Assert.Equal(4, Directory.EnumerateDirectories(root["streams"]).Count());
        other.StandardInput.Close();
        await other.WaitForExitAsync().DefaultTimeout();
    }

    private static void AddRun(TempDirectory root, string name)
    {
        Directory.CreateDirectory(root[$"streams/{name}"]);
        File.WriteAllText(root[$"streams/{name}/.lock"], "");
        File.WriteAllText(root[$"streams/{name}/file"], "");
    }
}
