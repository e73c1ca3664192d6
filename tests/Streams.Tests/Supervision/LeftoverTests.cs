using Streams.Processes;
using Streams.Wire;

namespace Streams.Tests.Supervision;

/// <summary>Promise 5: no process of a block outlives its verdict.</summary>
public class LeftoverTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Cells()
    {
        var cells = new TheoryData<string, string>();
        foreach (var containment in new[] { "cgroup", "subreaper", "marker" })
        {
            foreach (var kind in new[] { "plain", "session", "double-fork", "closed", "cleared", "renamed", "stubborn", "hydra", "moved" })
            {
                if (containment != "marker" || kind is not ("cleared" or "moved")) // those that escape; see below
                    cells.Add(containment, kind);
            }
        }

        return cells;
    }

    [NeedsTheory(Needs.Root | Needs.Python)]
    [Trait("Campaign", "leftovers")]
    [MemberData(nameof(Cells))]
    public async Task Leftover_is_gone_when_its_worker_has_ended(string containment, string kind)
    {
        await using var fixture = new SupervisorFixture(containment);
        var started = await fixture.StartLeftoverAsync("w", kind, "exit");
        Assert.Equal("", started.Error);
        Assert.Equal(containment, started.Containment);

        var ended = await fixture.Client.EndedAsync("w").DefaultTimeout();

        Tell(containment, kind, fixture, ended);
        Assert.Empty(fixture.AliveNoted());
        Assert.Empty(ended.Strays);
        Assert.Equal(0, ended.ExitCode);
        Assert.False(ended.EndedBySupervisor);
        Assert.True(ended.Swept >= 1, "it was not the supervisor that ended it");
    }

    [NeedsTheory(Needs.Root | Needs.Python)]
    [MemberData(nameof(Cells))]
    public async Task Leftover_is_gone_after_a_sweep_and_the_worker_goes_on(string containment, string kind)
    {
        await using var fixture = new SupervisorFixture(containment);
        var other = await fixture.StartShellAsync("other", "sleep 100 & echo here; wait");
        var started = await fixture.StartLeftoverAsync("w", kind, "stay");
        await fixture.PrintedAsync("w", "left");
        await fixture.PrintedAsync("other", "here");

        var swept = await fixture.Client.SweepAsync("w", [], CancellationToken.None).DefaultTimeout();

        Assert.Empty(fixture.AliveNoted());
        Assert.Empty(swept.Strays);
        Assert.True(swept.Swept >= 1);
        Assert.NotNull(ProcessIdentity.Of(started.Pid));
        Assert.NotNull(ProcessIdentity.Of(other.Pid));
        Assert.Equal(0, (await fixture.Client.SweepAsync("w", [], CancellationToken.None).DefaultTimeout()).Swept);
        var ended = await fixture.Client.StopAsync("w", TimeSpan.FromSeconds(5)).DefaultTimeout();
        Assert.True(ended.EndedBySupervisor);
        Assert.False((await fixture.Client.StopAsync("other", TimeSpan.Zero).DefaultTimeout()).KernelOutOfMemory);
    }

    [NeedsTheory(Needs.Root | Needs.Python)]
    [Trait("Campaign", "leftovers")]
    [InlineData("cleared")]
    [InlineData("moved")]
    public async Task Leftover_that_no_marker_shows_is_reported_when_there_is_only_the_marker(string kind)
    {
        await using var fixture = new SupervisorFixture("marker");
        await fixture.StartLeftoverAsync("w", kind, "exit");

        var ended = await fixture.Client.EndedAsync("w").DefaultTimeout();

        Tell("marker", kind, fixture, ended);
        var escaped = Assert.Single(fixture.AliveNoted());
        var stray = Assert.Single(ended.Strays, stray => stray.Pid == escaped.ProcessId);
        Assert.Equal(escaped.StartTicks, stray.StartTicks);
        Assert.Equal("sleep 120", stray.Command);
        escaped.TrySignal(9);
    }

    private void Tell(string containment, string kind, SupervisorFixture fixture, WorkerEnded ended) => Campaign.TellRow(
        output, "leftovers", "containment | kind | left over | ended | reported", $"{containment} | {kind} | {fixture.AliveNoted().Count} | {ended.Swept} | {ended.Strays.Count}");

    [Fact]
    public async Task Daemon_that_holds_standard_output_does_not_delay_the_end()
    {
        await using var fixture = new SupervisorFixture();
        await fixture.StartShellAsync("w", "sleep 100 & setsid sleep 100 & echo done; exit 3");

        var ended = await fixture.Client.EndedAsync("w").WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("done", await File.ReadAllTextAsync(fixture.OutputOf("w")));
    }
}
