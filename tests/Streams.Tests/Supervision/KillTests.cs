using System.Diagnostics;
using Streams.Processes;
using Streams.Supervision;

namespace Streams.Tests.Supervision;

/// <summary>Promises 13 and 14: kill -9 of the supervisor, of the controller, of both leaves nothing.</summary>
public class KillTests
{
    [NeedsTheory(Needs.Root | Needs.Python)]
    [InlineData("cgroup", "cleared")]
    [InlineData("subreaper", "stubborn")]
    [InlineData("marker", "double-fork")]
    public async Task Nothing_is_left_when_the_supervisor_is_killed(string containment, string kind)
    {
        await using var fixture = new SupervisorFixture(containment);
        var started = await fixture.StartLeftoverAsync("w", kind, "stay");
        await fixture.PrintedAsync("w", "left");
        var guard = GuardOf(fixture.Client.ProcessId!.Value);
        var ended = fixture.Client.EndedAsync("w");

        Assert.Equal(0, NativeMethods.Kill(fixture.Client.ProcessId!.Value, 9));

        var lost = await Assert.ThrowsAsync<SupervisorLostException>(() => ended.DefaultTimeout());
        Assert.Contains("was ended by SIGKILL (kill -9)", lost.Message);
        Assert.Empty(fixture.AliveNoted());
        Assert.Null(ProcessIdentity.Of(started.Pid));
        await Eventually.IsTrueAsync(() => !guard.IsAlive, "the guard to end");
        // And the next worker gets a new supervisor.
        Assert.Equal("", (await fixture.StartShellAsync("next", "exit 0")).Error);
        Assert.Equal(0, (await fixture.Client.EndedAsync("next").DefaultTimeout()).ExitCode);
    }

    [NeedsTheory(Needs.Root | Needs.Python)]
    [InlineData("cgroup", "controller")]
    [InlineData("cgroup", "both")]
    [InlineData("subreaper", "controller")]
    [InlineData("subreaper", "both")]
    [InlineData("marker", "both")]
    public async Task Nothing_is_left_when_the_controller_is_killed(string containment, string who)
    {
        using var directory = new TempDirectory();
        // The controller is a process of its own, which says what it started.
        var launch = DotnetLaunch.Find();
        var start = new ProcessStartInfo(launch.Dotnet) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", ProbeProgram.Path, "controller", containment, directory.Root])
            start.ArgumentList.Add(argument);
        using var controller = Process.Start(start)!;
        var line = await controller.StandardOutput.ReadLineAsync().DefaultTimeout();
        var ids = line!.Split(' ').Select(int.Parse).ToList();
        var (supervisor, worker, leftover) = (ProcessIdentity.Of(ids[0])!.Value, ProcessIdentity.Of(ids[1])!.Value, ProcessIdentity.Of(ids[2])!.Value);
        var guard = GuardOf(ids[0]);
        var id = IdOf(guard);

        controller.Kill();
        if (who == "both")
            supervisor.TrySignal(NativeMethods.SIGKILL);

        foreach (var (name, process) in new[] { ("supervisor", supervisor), ("worker", worker), ("leftover", leftover), ("guard", guard) })
            await Eventually.IsTrueAsync(() => !process.IsAlive, $"the {name} to end");
        if (containment == "cgroup")
            Assert.False(Directory.Exists(Cgroup.PathFor(id)), "the supervisor's cgroup is still there");
    }

    [Fact]
    public async Task Guard_that_is_killed_is_replaced()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartShellAsync("w", "sleep 100");
        var supervisor = fixture.Client.ProcessId!.Value;
        var guard = GuardOf(supervisor);

        guard.TrySignal(NativeMethods.SIGKILL);

        await Eventually.IsTrueAsync(() => GuardsOf(supervisor).Any(other => other != guard), "another guard");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_supervisor_that_was_closed()
    {
        string? cgroup;
        ProcessIdentity supervisor, guard, worker;
        await using (var fixture = new SupervisorFixture())
        {
            worker = ProcessIdentity.Of((await fixture.StartShellAsync("w", "trap '' TERM HUP; sleep 100")).Pid)!.Value;
            supervisor = ProcessIdentity.Of(fixture.Client.ProcessId!.Value)!.Value;
            guard = GuardOf(supervisor.ProcessId);
            cgroup = Cgroup.PathFor(IdOf(guard));
        }

        Assert.False(Directory.Exists(cgroup));

        Assert.False(worker.IsAlive);
        Assert.False(guard.IsAlive);
        Assert.False(supervisor.IsAlive);
    }

    private static string IdOf(ProcessIdentity guard) =>
        ProcessEntry.TryRead(guard.ProcessId, out var entry) ? entry.Command.Split(' ').First(word => word.Length == 32 && word.All(char.IsAsciiHexDigit)) : "none";

    private static ProcessIdentity GuardOf(int supervisor) => Assert.Single(GuardsOf(supervisor));

    private static List<ProcessIdentity> GuardsOf(int supervisor) =>
        [.. ProcessEntry.ReadAll().Where(entry => entry.Parent == supervisor && !entry.IsDead && entry.Command.Contains("streams-guard")).Select(entry => entry.Identity)];
}
