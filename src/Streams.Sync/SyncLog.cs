using Microsoft.Extensions.Logging;
using Streams.Processes;

namespace Streams.Sync;

/// <summary>Log messages of the server, events 300–399.</summary>
internal static partial class SyncLog
{
    public static void RoundEnded(ILogger logger, SyncRound round)
    {
        var barrier = PrintableText.CleanLine(round.Barrier);
        if (round.Cause is { } cause)
            RoundBroke(logger, barrier, round.Number, cause, round.By is { } by ? PrintableText.CleanLine(by) : null, round.Waits.Count, round.Expected);
        else
            RoundPassed(logger, barrier, round.Number, round.Expected);
    }

    [LoggerMessage(300, LogLevel.Information, "Sync server listens at {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(301, LogLevel.Debug, "Barrier {Barrier} round {Round} passed with {Expected} parties")]
    private static partial void RoundPassed(ILogger logger, string barrier, long round, int expected);

    [LoggerMessage(302, LogLevel.Information, "Barrier {Barrier} round {Round} broke: {Cause} by {By}, {Arrived} of {Expected} parties were there")]
    private static partial void RoundBroke(ILogger logger, string barrier, long round, BarrierCause cause, string? by, int arrived, int expected);

    [LoggerMessage(303, LogLevel.Error, "The observer of ended rounds failed")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(304, LogLevel.Warning, "Accepting a connection failed; the oldest silent one was evicted")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);
}
