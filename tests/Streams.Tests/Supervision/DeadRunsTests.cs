using System.Diagnostics;
using System.Text.RegularExpressions;
using Streams.Processes;
using Streams.Supervision;

namespace Streams.Tests.Supervision;

/// <summary>The last net (4a): what is left when test process, supervisor and guard die at the same instant, the next run clears up.</summary>
public class DeadRunsTests
{
    [NeedsFact(Needs.Root | Needs.Python)]
    public async Task Next_run_clears_up_when_all_that_watched_were_killed_at_once()
    {
        using var place = new TempDirectory();
        using var controller = Start("run", place.Root);
        var line = await controller.StandardOutput.ReadLineAsync().DefaultTimeout();
        var ids = line!.Split(' ').Select(int.Parse).ToList();
        var (supervisor, worker, leftover) = (ProcessIdentity.Of(ids[0])!.Value, ProcessIdentity.Of(ids[1])!.Value, ProcessIdentity.Of(ids[2])!.Value);
        var guard = ProcessEntry.ReadAll().Single(entry => entry.Parent == ids[0] && entry.Command.Contains("streams-guard")).Identity;
        var directory = Assert.Single(Directory.GetDirectories(place.Root));
        var note = RunNote.TryRead(directory)!;

        Assert.Empty(await DeadRuns.SweepAsync([place.Root], TimeProvider.System).DefaultTimeout());
        Assert.True(worker.IsAlive && leftover.IsAlive, "a living run was swept");

        // Stopped first, so that none of them can do anything about the others' end.
        var watchers = new[] { ProcessIdentity.Of(controller.Id)!.Value, supervisor, guard };
        foreach (var signal in new[] { NativeMethods.SIGSTOP, NativeMethods.SIGKILL })
            Assert.All(watchers, watcher => Assert.True(watcher.TrySignal(signal)));
        foreach (var process in watchers)
            await Eventually.IsTrueAsync(() => !process.IsAlive, $"{process} to end");
        Assert.True(worker.IsAlive && leftover.IsAlive, "nothing was left to be cleared up");

        Assert.Empty(await DeadRuns.SweepAsync([place.Root], TimeProvider.System).DefaultTimeout());

        Assert.False(worker.IsAlive);
        Assert.False(leftover.IsAlive);
        Assert.False(Directory.Exists(directory));
        Assert.False(Directory.Exists(Cgroup.PathFor(Assert.Single(note.Supervisors).Id)));
    }

    [Fact]
    public async Task Foreign_process_that_has_a_dead_runs_ids_is_left_alone()
    {
        using var place = new TempDirectory();
        using var foreign = Process.Start("/bin/sleep", "100");
        var identity = ProcessIdentity.Of(foreign.Id)!.Value;
        var directory = PrivateDirectory.Create(place.Root);
        var reused = identity with { StartTicks = identity.StartTicks - 1 };
        (RunNote.OfThisProcess() with { Owner = reused }).With(new string('0', 31) + "1", reused).Write(directory.Root);

        await DeadRuns.SweepAsync([place.Root], TimeProvider.System).DefaultTimeout();

        Assert.True(identity.IsAlive);
        Assert.False(Directory.Exists(directory.Root));
        foreign.Kill();
    }

    [Theory]
    [InlineData("\"id\":\"[0-9a-f]*\"", "\"id\":\"\"")] // would be found in every environment
    [InlineData("\"machine\":\"[^\"]*\"", "\"machine\":\"another\"")]
    [InlineData("\"processSpace\":\"[^\"]*\"", "\"processSpace\":\"pid:[1]\"")]
    [InlineData("^.*$", "not JSON")]
    [InlineData("^.*$", "{}")]
    public async Task Directory_that_cannot_be_judged_is_left_alone(string pattern, string replacement)
    {
        using var place = new TempDirectory();
        using var directory = PrivateDirectory.Create(place.Root);
        var dead = new ProcessIdentity(Environment.ProcessId, 1);
        (RunNote.OfThisProcess() with { Owner = dead }).With(new string('0', 31) + "2", dead).Write(directory.Root);
        var file = directory[RunNote.FileName];
        await File.WriteAllTextAsync(file, Regex.Replace(await File.ReadAllTextAsync(file), pattern, replacement));

        await DeadRuns.SweepAsync([place.Root], TimeProvider.System).DefaultTimeout();

        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Run_of_an_earlier_boot_leaves_only_its_directory()
    {
        using var place = new TempDirectory();
        var directory = PrivateDirectory.Create(place.Root);
        // Who has these ids now is somebody else: they are of another boot.
        var self = ProcessIdentity.OfThisProcess;
        (RunNote.OfThisProcess() with { Boot = "another", Owner = self }).With(new string('0', 31) + "3", self).Write(directory.Root);

        await DeadRuns.SweepAsync([place.Root], TimeProvider.System).DefaultTimeout();

        Assert.False(Directory.Exists(directory.Root));
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetLaunch.Find().Dotnet) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", ProbeProgram.Path, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
