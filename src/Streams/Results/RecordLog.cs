using Microsoft.Extensions.Logging;
using Streams.Blocks;

namespace Streams.Results;

/// <summary>Log messages of what is recorded, events 100–199. Texts of blocks in them are safe to print.</summary>
internal static partial class RecordLog
{
    public static void BlockFinished(ILogger logger, RecordedBlock block, BlockVerdict verdict)
    {
        var passed = verdict.Outcome is BlockOutcome.Pass;
        if (!logger.IsEnabled(passed ? LogLevel.Information : LogLevel.Warning))
            return;
        var (stream, name) = (Printable.Line(block.Stream), Printable.Line(block.Name));
        if (passed)
            BlockPassed(logger, stream, name, block.Duration.TotalSeconds);
        else
            BlockDidNotPass(logger, stream, name, Tally.Word(verdict.Outcome), verdict.Reason, block.Duration.TotalSeconds, HumanLines.FirstLine(verdict.Message));
        foreach (var stray in verdict.Strays)
            StrayLeft(logger, stray.ProcessId, Printable.Line(stray.Host), Printable.Line(stray.Command), Printable.Line(stray.RemoveWith));
    }

    [LoggerMessage(100, LogLevel.Information, "Streams of {Test}: results in {Directory}")]
    public static partial void Opened(ILogger logger, string test, string directory);

    [LoggerMessage(101, LogLevel.Information, "Streams of {Test} closed after {Seconds:0.###} s: {Tally}")]
    public static partial void Closed(ILogger logger, string test, double seconds, string tally);

    [LoggerMessage(102, LogLevel.Error, "Results are partial: {Problem}")]
    public static partial void Partial(ILogger logger, string problem);

    [LoggerMessage(110, LogLevel.Information, "Stream {Stream} on {Host}")]
    public static partial void StreamAdded(ILogger logger, string stream, string host);

    [LoggerMessage(111, LogLevel.Error, "Stream {Stream} is lost: {Why}")]
    public static partial void StreamLost(ILogger logger, string stream, string why);

    [LoggerMessage(120, LogLevel.Debug, "Block {Stream}/{Block} started")]
    public static partial void BlockStarted(ILogger logger, string stream, string block);

    [LoggerMessage(121, LogLevel.Information, "Block {Stream}/{Block} passed after {Seconds:0.###} s")]
    private static partial void BlockPassed(ILogger logger, string stream, string block, double seconds);

    [LoggerMessage(122, LogLevel.Warning, "Block {Stream}/{Block} ended {Outcome} ({Reason}) after {Seconds:0.###} s: {Text}")]
    private static partial void BlockDidNotPass(ILogger logger, string stream, string block, string outcome, OutcomeReason reason, double seconds, string text);

    [LoggerMessage(123, LogLevel.Error, "Process {Pid} on {Host} could not be ended: {Command}; remove it with: {RemoveWith}")]
    private static partial void StrayLeft(ILogger logger, int pid, string host, string command, string removeWith);

    [LoggerMessage(124, LogLevel.Information, "Block {Stream}/{Block} has no time limit")]
    public static partial void BlockWithoutLimit(ILogger logger, string stream, string block);
}
