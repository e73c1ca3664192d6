using System.Globalization;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Tests.Supervision;

/// <summary>Processes that a block keeps for its stream: a sweep spares them and what came from them, nothing else.</summary>
public class KeptProcessTests
{
    [NeedsTheory(Needs.Root)]
    [InlineData("cgroup")]
    [InlineData("subreaper")]
    [InlineData("marker")]
    public async Task Sweep_spares_a_kept_process_with_its_children_and_its_group_until_the_worker_ends(string containment)
    {
        await using var fixture = new SupervisorFixture(containment);
        // Each in a session and group of its own. Of the first, a child in another session, and one whose parent has gone.
        await fixture.StartShellAsync("w", "setsid sh -c 'setsid sleep 101 & (sleep 102 &) ; wait' & echo kept $!; setsid sh -c 'sleep 103 & wait' & echo left $!; wait");
        await fixture.PrintedAsync("w", "left");
        var words = string.Join(' ', fixture.TailOf("w")).Split(' ');
        var kept = ProcessIdentity.Of(int.Parse(words[Array.IndexOf(words, "kept") + 1], CultureInfo.InvariantCulture))!.Value;
        var left = ProcessIdentity.Of(int.Parse(words[Array.IndexOf(words, "left") + 1], CultureInfo.InvariantCulture))!.Value;
        await Eventually.IsTrueAsync(() => ProcessTree.Below(kept) is { Count: 3 } below && below.Count(entry => entry.Command.StartsWith("sleep ", StringComparison.Ordinal)) == 2, "the kept one's children, no shell on its way among them");
        var family = ProcessTree.Below(kept);

        var swept = await fixture.Client.SweepAsync("w", [new KeptProcess { Pid = kept.ProcessId, StartTicks = kept.StartTicks }], CancellationToken.None).DefaultTimeout();

        Assert.True(swept.Swept >= 2);
        Assert.False(left.IsAlive);
        Assert.All(family, member => Assert.True(member.Identity.IsAlive, member.Command));
        await fixture.Client.SweepAsync("w", [new KeptProcess { Pid = kept.ProcessId, StartTicks = kept.StartTicks + 1 }], CancellationToken.None).DefaultTimeout();
        Assert.All(family, member => Assert.False(member.Identity.IsAlive, member.Command)); // another process under its id is not it
        await fixture.Client.StopAsync("w", TimeSpan.Zero).DefaultTimeout();
    }
}
