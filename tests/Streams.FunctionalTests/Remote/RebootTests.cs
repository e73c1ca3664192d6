using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>A host that is started anew: wished, it is a pause; otherwise, an end with the right name.</summary>
public class RebootTests(ITestOutputHelper output)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    [NeedsTheory(SshHosts.Needed), InlineData("dotnet"), InlineData("libc")]
    public async Task A_wished_reboot_is_waited_for_and_the_queue_goes_on_in_the_new_boot(string kind)
    {
        await using var bed = await Bed.UpAsync(kind);
        await using var streams = NewCollection(bed);
        var stream = streams.Add(bed[kind].Place);
        var before = await stream.RunFgAsync(() => File.ReadAllText(BootId)).DefaultTimeout();
        var rebooting = stream.RebootAsync();
        var after = stream.RunBg(() => (File.ReadAllText(BootId), Directory.GetFileSystemEntries("/tmp", "st-*").Length));
        await rebooting.DefaultTimeout();

        var (boot, directories) = await after.ValueAsync().DefaultTimeout();
        Assert.NotEqual(before, boot);
        Assert.Equal(1, directories);
        Assert.Equal([BlockOutcome.Pass, BlockOutcome.Pass, BlockOutcome.Pass], stream.Results.Select(result => result.Outcome));
        await streams.WaitAsync().DefaultTimeout();
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Running_blocks_of_other_streams_on_the_host_are_stopped_and_their_queues_go_on()
    {
        await using var bed = await Bed.UpAsync("dotnet");
        await using var streams = NewCollection(bed);
        var first = streams.Add(bed["dotnet"].Place, "first");
        var second = streams.Add(bed["dotnet"].Place, "second");
        var running = second.RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation));
        var queued = second.RunBg(() => "ran");
        await Eventually.True(() => running.Phase == BlockPhase.Started);
        await first.RebootAsync().DefaultTimeout();

        Assert.Equal("ran", await queued.ValueAsync().DefaultTimeout());
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.Stopped), (running.Result!.Outcome, running.Result.Reason));
        await streams.WaitAsync().DefaultTimeout(); // nothing failed
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_host_that_reboots_by_itself_loses_its_running_block_and_says_why()
    {
        await using var bed = await Bed.UpAsync("dotnet");
        await using var streams = NewCollection(bed);
        var stream = streams.Add(bed["dotnet"].Place);
        var victim = stream.RunBg(block => Task.Delay(Timeout.Infinite, block.Cancellation));
        var queued = stream.RunBg(() => { });
        await Eventually.True(() => victim.Phase == BlockPhase.Started);
        await bed.RunAsync(bed["dotnet"], "reboot");
        var result = await victim.Completion.DefaultTimeout();
        output.WriteLine(result.Message);

        Assert.Equal((BlockOutcome.Error, OutcomeReason.Lost), (result.Outcome, result.Reason));
        Assert.Contains("was rebooted (its boot id changed)", result.Message, StringComparison.Ordinal);
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.StreamLost), ((await queued.Completion.DefaultTimeout()).Outcome, queued.Result!.Reason));
        await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
    }

    [Fact]
    public async Task A_stream_on_this_machine_refuses_to_reboot()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => streams.Add("localhost", "me").RebootAsync());

        Assert.Contains("runs on this machine", refused.Message, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_host_that_does_not_let_itself_be_rebooted_says_so_and_goes_on()
    {
        await using var bed = await Bed.UpAsync("dotnet");
        await bed.ExecAsync(bed["dotnet"], "printf '#!/bin/sh\\necho not today >&2; exit 4\\n' > /usr/local/sbin/reboot");
        await using var streams = NewCollection(bed);
        var stream = streams.Add(bed["dotnet"].Place);
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RebootAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Contains("was not rebooted", failure.Message, StringComparison.Ordinal);
        Assert.Contains("exited with code 4 (not today)", failure.Message, StringComparison.Ordinal);
        Assert.Equal("goes on", await stream.RunFgAsync(() => "goes on").DefaultTimeout());
    }

    private StreamCollection NewCollection(Bed bed) =>
        new(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = bed.SshConfig } });
}
