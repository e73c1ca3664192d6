using System.Text;
using Streams;

namespace KillScenario;

/// <summary>The work of each block: says when it begins and ends, and leaves a daemon.</summary>
internal static class Truth
{
    public static async Task RunAsync(BlockContext block, string truth, string name, string mark, string? barrier)
    {
        Write(truth, $"start {name}");
        block.Log("working");
        await File.WriteAllTextAsync(Path.Combine(block.DataDirectory, "figures"), new string('x', 5000));
        // Neither the group nor the parent nor the standard output leads back to the block; only the number is its name.
        await block.RunAsync($"setsid sleep {mark} </dev/null >/dev/null 2>&1 &");
        if (barrier is not null)
            await block.Sync.BarrierAsync(barrier, 2);
        Write(truth, $"end {name}");
    }

    /// <summary>Appends a line that survives every death of this process.</summary>
    private static void Write(string truth, string line)
    {
        using var file = new FileStream(truth, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
    }
}
