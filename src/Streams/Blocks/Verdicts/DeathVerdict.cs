using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Verdicts;

/// <summary>The verdict on a block whose worker ended without its final message: never a pass, whatever the exit code.</summary>
internal static class DeathVerdict
{
    /// <summary>So many of the last lines may hold the reason: the runtime prints all its frames after it.</summary>
    public const int LinesToDiagnose = 10_000;

    private const int MostThreads = 20;

    /// <summary>In every stack of a block's own thread.</summary>
    private const string BlockThreadFrame = "Streams.Workers.BlockRunner.";

    /// <summary>From the worker's end and its last lines, raw.</summary>
    /// <param name="ended">How the worker ended; null if its supervisor could not say.</param>
    /// <param name="specification">The block.</param>
    /// <param name="cause">Why the block was being ended, if it was.</param>
    /// <param name="tail">The worker's last lines.</param>
    /// <param name="pid">The worker's process id on its host.</param>
    /// <param name="isStarted">Whether the block had said that it runs.</param>
    /// <param name="earlier">The block that ran in the same worker before; null: none, or unknown.</param>
    public static BlockVerdict Of(
        WorkerEnded? ended, BlockSpec specification, StopCause cause, IReadOnlyList<string> tail, int pid, bool isStarted, string? earlier = null)
    {
        var verdict = new BlockVerdict
        {
            Outcome = BlockOutcome.Error,
            Reason = OutcomeReason.Crashed,
            Message = InWords(ended, tail, pid, isStarted) + Doubt(ended, tail, earlier),
            Received = false,
            OutputTail = Evidence(ended, tail),
        };
        return cause switch
        {
            StopCause.TimeLimit => VerdictReader.TimedOut(verdict, specification, VerdictReader.Ended),
            StopCause.TearDownLimit => VerdictReader.TearDownTimedOut(verdict, specification),
            StopCause.Requested => VerdictReader.Stopped(verdict),
            _ => verdict,
        };
    }

    /// <summary>The local supervisor died, and with it every worker.</summary>
    public static BlockVerdict OfSupervisor(string message, IReadOnlyList<string> tail) => new()
    {
        Outcome = BlockOutcome.Error,
        Reason = OutcomeReason.Crashed,
        Message = $"its worker was ended because the supervisor of this machine's workers was lost: {PrintableText.Clean(message)}",
        Received = false,
        OutputTail = DeathEvidence.Of(tail),
    };

    /// <summary>Where the worker could not report on a hang itself, its threads as the kernel saw them stand for that.</summary>
    private static List<string> Evidence(WorkerEnded? ended, IReadOnlyList<string> tail)
    {
        var shown = DeathEvidence.Of(tail);
        if (ended is { Threads.Count: > 0 } && !shown.Exists(line => line.StartsWith(LastWords.Hang, StringComparison.Ordinal)))
            shown.AddRange(ended.Threads.Take(MostThreads).Select(thread => LastWords.Sign + PrintableText.CleanLine(thread)));
        return shown;
    }

    /// <summary>
    /// What one should know before one blames this block: what the worker itself said of the end, or that another block ran
    /// in it before, when nothing shows that it was this one.
    /// </summary>
    private static string Doubt(WorkerEnded? ended, IReadOnlyList<string> tail, string? earlier)
    {
        if (LastWords.Among(tail) is { Count: > 0 } said)
            return "; " + string.Join("; ", said.Select(PrintableText.CleanLine));
        // SIGKILL and SIGTERM come from outside. Left are exits and crashes.
        if (earlier is null || ended is null or { EndedBySupervisor: true } or { Signal: NativeMethods.SIGKILL or NativeMethods.SIGTERM })
            return "";
        var leadsHere = RuntimeDeath.Find(tail) is { } death && tail.Skip(death.Line).Any(line => line.Contains(BlockThreadFrame, StringComparison.Ordinal));
        return leadsHere ? "" : $"; nothing shows that it was this block's own thread: block {PrintableText.CleanLine(earlier)} ran in this worker before, and may have left one running";
    }

    private static string InWords(WorkerEnded? ended, IReadOnlyList<string> tail, int pid, bool isStarted)
    {
        var how = ended is null ? "ended in a way that nobody saw" : ended.Describe(tail);
        var when = isStarted ? "in the middle of the block" : "before the block said that it runs";
        return ended is { Signal: not 0 }
            ? $"its worker (pid {pid}) {how} {when}"
            : $"its worker (pid {pid}) {how} {when}, without the block's final message: not a pass";
    }
}
