using System.Diagnostics;
using Streams.Processes;

namespace Streams.Tests.Processes;

public class ProcessIdentityTests
{
    [Fact]
    public async Task Process_of_another_time_with_the_same_id_is_not_signalled()
    {
        using var process = Process.Start("/bin/sleep", "100");
        var identity = ProcessIdentity.Of(process.Id)!.Value;
        var other = identity with { StartTicks = identity.StartTicks + 1 };

        Assert.False(other.TrySignal(NativeMethods.SIGKILL));
        Assert.False(other.IsAlive);
        Assert.True(identity.IsAlive);
        Assert.True(identity.TrySignal(NativeMethods.SIGKILL));
        await process.WaitForExitAsync().DefaultTimeout();
        Assert.False(identity.IsAlive);
        Assert.False(identity.TrySignal(NativeMethods.SIGKILL));
    }

    [Fact]
    public void Entry_of_this_process_is_right()
    {
        Assert.True(ProcessEntry.TryRead(Environment.ProcessId, out var entry));
        Assert.Equal(NativeMethods.ParentProcessId(), entry.Parent);
        Assert.True(entry.Threads > 1);
        Assert.Contains(ProcessEntry.ReadAll(), other => other.Identity == entry.Identity);
    }
}
