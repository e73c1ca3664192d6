using Streams.Blocks;
using Streams.Blocks.Verdicts;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>
/// Turns what an agent told of a block into its verdict (architecture, section 4). What can happen on this machine too reads
/// the same; here is only what a host and a connection add.
/// </summary>
internal static class AgentVerdicts
{
    private const int LinesToShow = 10;

    public static BlockVerdict Of(AgentBlockEnd end, AgentBlock block, string host, int pid, bool stopped)
    {
        if (end.Refused is { } refused)
        {
            var why = refused.Conflict ? "another block was submitted under its identity before" : PrintableText.CleanLine(refused.Why);
            return UnstartedVerdict.Failed($"the agent on {host} did not take the block on: {why}");
        }

        var cause = end.Ended is { TimedOut: true } ? StopCause.TimeLimit : stopped ? StopCause.Requested : StopCause.None;
        var ended = end.Ended?.WorkerEnded ?? end.Gone?.Ended;
        var verdict = end.Ended?.Finished is { } finished
            ? VerdictReader.Read(finished, block.Specification, cause)
            : DeathVerdict.Of(ended, block.Specification, cause, Tail(end.Ended?.OutputTail ?? end.Gone?.OutputTail, DeathVerdict.LinesToDiagnose), pid, block.IsStarted);
        return Strays.Add(verdict, [.. end.Ended?.Strays ?? [], .. ended?.Strays ?? []], host);
    }

    public static BlockVerdict Lost(AgentLoss loss, AgentBlock block)
    {
        // The author's own wish: no failure of the block, and no end of its stream.
        var isWish = loss.Kind == AgentLossKind.Rebooted;
        return new BlockVerdict
        {
            Outcome = isWish ? BlockOutcome.Cancel : BlockOutcome.Error,
            Reason = isWish ? OutcomeReason.Stopped : OutcomeReason.Lost,
            Message = $"{loss.Reason}. The block {(block.IsStarted ? "had started" : "may have started")}; by now nothing of it runs any more",
            Received = false,
            StreamIsLost = !isWish,
        };
    }

    /// <summary>The agent answers, but has not ended the block at its limit: nothing that it says of it can be relied on.</summary>
    public static BlockVerdict Overdue(AgentBlock block, string host) => VerdictReader.TimedOut(
        new BlockVerdict { Outcome = BlockOutcome.Interrupt, Reason = OutcomeReason.TimedOut, Message = "", Received = false, StreamIsLost = true },
        block.Specification,
        $"the agent on {host} did not end it, and it may still run there");

    /// <summary>Why a worker could not be started, for the exception's message.</summary>
    public static string DescribeFailedStart(WorkerReady ready, string stream, string host)
    {
        var error = ready.Error.Length <= WireLimits.MaxErrorText ? ready.Error : ready.Error[..WireLimits.MaxErrorText];
        return FailedStart.Describe($"of stream '{stream}'", host, $"could not be started: {PrintableText.CleanLine(error)}", Tail(ready.OutputTail, LinesToShow));
    }

    private static IReadOnlyList<string> Tail(Google.Protobuf.ByteString? output, int lines) => OutputTail.LastLines(output is null ? [] : output.Span, lines);
}
