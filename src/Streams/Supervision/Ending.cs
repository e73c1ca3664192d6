using Google.Protobuf.Collections;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>The end of a set of processes that may fork, hide and ignore signals: killed until nothing is found any more.</summary>
internal static class Ending
{
    /// <summary>What is not gone by then waits in the kernel for something that does not come.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Ends what <paramref name="find"/> finds. Returns how many there were and which could not be ended.</summary>
    public static async Task<EndResult> RunAsync(
        Func<List<ProcessEntry>> find, int scansToBeSure, Action? killAtOnce, TimeProvider time)
    {
        var ended = new HashSet<ProcessIdentity>();
        var began = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(1);
        for (var empty = 0; empty < scansToBeSure;)
        {
            var found = find();
            if (found.Count == 0)
            {
                empty++;
                continue;
            }

            empty = 0;
            if (time.GetElapsedTime(began) > Limit)
                return new EndResult(ended.Except(found.Select(entry => entry.Identity)).Count(), found);
            ended.UnionWith(found.Select(entry => entry.Identity));
            killAtOnce?.Invoke();
            Kill(found); // those as well that have left the group, or are of a kernel that cannot kill one
            await Task.Delay(pause, time).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 2, 50));
        }

        return new EndResult(ended.Count, []);
    }

    /// <summary>
    /// Stops all before it kills the first: else one that watches another could fork again meanwhile. Ends with SIGKILL,
    /// which works on a stopped process as well.
    /// </summary>
    private static void Kill(List<ProcessEntry> found)
    {
        foreach (var entry in found)
            entry.Identity.TrySignal(NativeMethods.SIGSTOP);
        foreach (var entry in found)
            entry.Identity.TrySignal(NativeMethods.SIGKILL);
    }
}

/// <summary>What <see cref="Ending"/> did.</summary>
internal sealed record EndResult(int Ended, List<ProcessEntry> Strays)
{
    public void AddStraysTo(RepeatedField<Wire.StrayProcess> strays)
    {
        foreach (var stray in Strays)
        {
            strays.Add(new Wire.StrayProcess
            {
                Pid = stray.ProcessId,
                StartTicks = stray.StartTicks,
                Command = stray.Command,
                WaitChannel = stray.WaitChannel,
            });
        }
    }
}
