using System.Globalization;
using Google.Protobuf;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Blocks.Verdicts;

/// <summary>The verdicts on an upload or download.</summary>
internal static class TransferVerdicts
{
    private const string WhatIsLeft = "files that were complete stay, an unfinished one is removed";

    public static BlockVerdict Passed(TransferDone done, TimeSpan elapsed)
    {
        var leftOut = done.LeftOutCount == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{done.LeftOutCount:N0} left out, for only files and directories are sent: {string.Join(", ", done.LeftOut)}{(done.LeftOutCount > done.LeftOut.Count ? ", ..." : "")}");
        return new BlockVerdict
        {
            Outcome = leftOut.Length > 0 ? BlockOutcome.Warn : BlockOutcome.Pass,
            Reason = OutcomeReason.FinalMessage,
            Message = "",
            Received = true,
            Value = done.ToByteString(),
            Elapsed = elapsed,
            Warnings = leftOut.Length > 0 ? [PrintableText.CleanLine(leftOut)] : [],
        };
    }

    public static BlockVerdict Failed(BlockSpec block, string why) => Of(BlockOutcome.Fail, OutcomeReason.Exception, $"{What(block)} failed: {PrintableText.CleanLine(why)}; {WhatIsLeft}");

    public static BlockVerdict Stopped(BlockSpec block, TransferProgress? reached) =>
        Of(BlockOutcome.Cancel, OutcomeReason.Stopped, $"{What(block)} was stopped{Reached(reached)}; {WhatIsLeft}");

    public static BlockVerdict TimedOut(BlockSpec block, TransferProgress? reached) => Of(
        BlockOutcome.Interrupt, OutcomeReason.TimedOut,
        string.Create(CultureInfo.InvariantCulture, $"{What(block)} was not done within its limit of {block.TimeLimitMs / 1000.0:0.###} s{Reached(reached)}; {WhatIsLeft}"));

    public static BlockVerdict Lost(BlockSpec block, string why, TransferProgress? reached) =>
        Of(BlockOutcome.Error, OutcomeReason.Lost, $"{PrintableText.CleanLine(why)}; {What(block)} is given up{Reached(reached)}, and nothing of it goes on") with { StreamIsLost = true };

    public static TransferResult Result(BlockVerdict verdict)
    {
        var done = TransferDone.Parser.ParseFrom(verdict.Value);
        return new TransferResult
        {
            Files = done.Files,
            Directories = done.Directories,
            Bytes = done.Bytes,
            LeftOut = [.. done.LeftOut.Select(PrintableText.CleanLine)],
            LeftOutCount = done.LeftOutCount,
        };
    }

    private static BlockVerdict Of(BlockOutcome outcome, OutcomeReason reason, string message) =>
        new() { Outcome = outcome, Reason = reason, Message = message, Received = false };

    private static string What(BlockSpec block) => block.Transfer.Upload
        ? PrintableText.CleanLine($"the upload of '{block.Transfer.Local}' to '{block.Transfer.Remote}' on {block.Host}")
        : PrintableText.CleanLine($"the download of '{block.Transfer.Remote}' on {block.Host} to '{block.Transfer.Local}'");

    private static string Reached(TransferProgress? reached) =>
        reached is null ? "" : string.Create(CultureInfo.InvariantCulture, $" after {reached.Bytes:N0} of {reached.TotalBytes:N0} bytes, {reached.Files:N0} of {reached.TotalFiles:N0} files");
}
