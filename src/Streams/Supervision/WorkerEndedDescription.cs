using System.Globalization;
using System.Text;
using Streams.Processes;

namespace Streams.Wire;

/// <summary>How a worker ended, in words.</summary>
internal sealed partial class WorkerEnded
{
    /// <summary>"The worker was ended by SIGSEGV (segmentation fault)." and its last output lines, safe to print.</summary>
    /// <param name="outputPath">Its output file.</param>
    /// <param name="offset">Where the running block's output begins in it.</param>
    public string Describe(string outputPath, long offset = 0)
    {
        var tail = OutputTail.Read(outputPath, offset, 200);
        var how = KernelOutOfMemory ? "was killed by the kernel, which had run out of memory"
            : EndedBySupervisor ? "was stopped"
            : ExitCode == 0 ? "ended the process by itself (exit code 0)"
            : new ProcessExit(ExitCode, Signal).Describe(string.Join('\n', tail));
        var text = new StringBuilder($"The worker {how}.");
        if (tail.Count > 0)
            text.Append("\n  Its last output:");
        foreach (var line in tail.TakeLast(10))
            text.Append("\n    ").Append(PrintableText.CleanLine(line));
        foreach (var stray in Strays)
            text.Append(CultureInfo.InvariantCulture, $"\n  Could not be ended: process {stray.Pid}, {PrintableText.CleanLine(stray.Command)}, waiting in {(stray.WaitChannel.Length > 0 ? stray.WaitChannel : "an unknown place")}. Remove it with: kill -9 {stray.Pid}");
        return text.ToString();
    }
}
