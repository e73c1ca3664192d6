using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Verdicts;

/// <summary>The verdict on a block whose worker ended without its final message: never a pass, whatever the exit code.</summary>
internal static class DeathVerdict
{
    /// <summary>So many of the last lines may hold the reason (a stack overflow prints its frames after it) ...</summary>
    public const int LinesToDiagnose = 200;

    /// <summary>... and so many are shown.</summary>
    private const int LinesToShow = 10;

    /// <summary>From the worker's end and its last lines, raw.</summary>
    /// <param name="ended">How the worker ended; null if its supervisor could not say.</param>
    /// <param name="specification">The block.</param>
    /// <param name="cause">Why the block was being ended, if it was.</param>
    /// <param name="tail">The worker's last lines.</param>
    /// <param name="pid">The worker's process id on its host.</param>
    /// <param name="isStarted">Whether the block had said that it runs.</param>
    public static BlockVerdict Of(WorkerEnded? ended, BlockSpec specification, StopCause cause, IReadOnlyList<string> tail, int pid, bool isStarted)
    {
        var verdict = new BlockVerdict
        {
            Outcome = BlockOutcome.Error,
            Reason = OutcomeReason.Crashed,
            Message = InWords(ended, tail, pid, isStarted),
            Received = false,
            OutputTail = Shown(tail),
        };
        return cause switch
        {
            StopCause.TimeLimit => VerdictReader.TimedOut(verdict, specification, "it did not stop when it was asked to, and its worker was ended"),
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
        OutputTail = Shown(tail),
    };

    private static List<string> Shown(IReadOnlyList<string> tail) => [.. tail.TakeLast(LinesToShow).Select(PrintableText.CleanLine)];

    private static string InWords(WorkerEnded? ended, IReadOnlyList<string> tail, int pid, bool isStarted)
    {
        var how = ended is null ? "ended in a way that nobody saw" : ended.Describe(tail);
        var when = isStarted ? "in the middle of the block" : "before the block said that it runs";
        return ended is { Signal: not 0 }
            ? $"its worker (pid {pid}) {how} {when}"
            : $"its worker (pid {pid}) {how} {when}, without the block's final message: not a pass";
    }
}
