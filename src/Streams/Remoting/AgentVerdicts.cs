using System.Text;
using Streams.Execution;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Remoting;

/// <summary>Turns what an agent told of a block into its verdict (architecture, section 4). All text is cut and escaped here.</summary>
internal static class AgentVerdicts
{
    private const int TailLines = 10;
    private const int MaxListed = 100;

    public static BlockVerdict Of(AgentBlockEnd end, AgentBlock block, string host, bool stopped)
    {
        if (end.Refused is { } refused)
        {
            var why = refused.Conflict ? "another block was submitted under its identity before" : PrintableText.CleanLine(refused.Why);
            return NeverStarted(BlockOutcome.Error, OutcomeReason.NotStarted, $"The agent on {host} did not take the block on: {why}.");
        }

        var verdict = end switch
        {
            { Ended: { TimedOut: true } ended } => TimedOut(ended, host),
            { Ended: { Finished: { } finished } ended } => Received(finished, ended, host),
            { Ended: { } ended } => stopped ? Stopped(host) : Crashed(ended.WorkerEnded, ended.OutputTail.Span, block, host),
            _ => stopped ? Stopped(host) : Crashed(end.Gone?.Ended, end.Gone is { } gone ? gone.OutputTail.Span : [], block, host),
        };
        var strays = (end.Ended?.Strays ?? []).Concat(end.Ended?.WorkerEnded?.Strays ?? end.Gone?.Ended?.Strays ?? []);
        return verdict with { Strays = [.. strays.Take(MaxListed).Select(stray => Stray(stray, host))] };
    }

    public static BlockVerdict NeverStarted(BlockOutcome outcome, OutcomeReason reason, string message, bool streamIsLost = false) =>
        new() { Outcome = outcome, Reason = reason, Message = message, Received = false, StreamIsLost = streamIsLost };

    public static BlockVerdict Lost(AgentLoss loss, AgentBlock block, string host) => new()
    {
        Outcome = BlockOutcome.Error,
        Reason = OutcomeReason.Lost,
        Message = $"The connection to {host} was lost: {loss.Reason}. The block {(block.IsStarted ? "had started" : "may have started")}; by now nothing of it runs any more.",
        Received = false,
        StreamIsLost = true,
    };

    /// <summary>The agent answers, but has not ended the block at its limit: nothing that it says of it can be relied on.</summary>
    public static BlockVerdict Overdue(AgentBlock block, string host) => new()
    {
        Outcome = BlockOutcome.Interrupt,
        Reason = OutcomeReason.TimedOut,
        Message = $"The block passed its time limit, and the agent on {host} did not end it. It may still run there.",
        Received = false,
        StreamIsLost = true,
    };

    /// <summary>Why a worker could not be started, for the exception's message.</summary>
    public static string DescribeFailedStart(WorkerReady ready, string stream, string host)
    {
        var text = new StringBuilder($"The worker of stream {stream} could not be started on {host}: {PrintableText.CleanLine(Cut(ready.Error))}.");
        var tail = Tail(ready.OutputTail.Span);
        if (tail.Count > 0)
            text.Append("\n  Its last output:");
        foreach (var line in tail)
            text.Append("\n    ").Append(line);
        return text.ToString();
    }

    private static BlockVerdict Received(BlockFinished finished, BlockEnded ended, string host)
    {
        var (outcome, reason) = (Outcome(finished.Outcome), Reason(finished.Reason));
        // A pass needs the whole of the evidence: an unknown word is not one.
        if (outcome is null || reason is null)
            return Crashed(ended.WorkerEnded, ended.OutputTail.Span, null, host) with { Message = $"The worker on {host} ended the block with a verdict that is not known here ({finished.Outcome}, {finished.Reason})." };
        return new BlockVerdict
        {
            Outcome = outcome.Value,
            Reason = reason.Value,
            Message = PrintableText.Clean(Cut(finished.Message)),
            Received = true,
            Error = finished.Error is null ? null : Error(finished.Error, 1),
            Value = finished.Value,
            Command = finished.Command,
            Warnings = [.. finished.Warnings.Take(MaxListed).Select(warning => PrintableText.Clean(Cut(warning)))],
            Elapsed = TimeSpan.FromMicroseconds(Math.Clamp(finished.ElapsedUs, 0, TimeSpan.MaxValue.Ticks / 10 / 2)),
        };
    }

    private static BlockVerdict TimedOut(BlockEnded ended, string host) => new()
    {
        Outcome = BlockOutcome.Interrupt,
        Reason = OutcomeReason.TimedOut,
        Message = ended.Finished is null
            ? $"The block passed its time limit, did not stop within its grace, and was ended with its worker on {host}."
            : $"The block passed its time limit on {host} and stopped when it was asked to.",
        Received = ended.Finished is not null,
        Error = ended.Finished?.Error is { } error ? Error(error, 1) : null,
        OutputTail = Tail(ended.OutputTail.Span),
    };

    private static BlockVerdict Stopped(string host) => new()
    {
        Outcome = BlockOutcome.Cancel,
        Reason = OutcomeReason.Stopped,
        Message = $"The block was asked to stop, did not within its grace, and was ended with its worker on {host}.",
        Received = false,
    };

    private static BlockVerdict Crashed(WorkerEnded? ended, ReadOnlySpan<byte> output, AgentBlock? block, string host)
    {
        var tail = Tail(output);
        var how = ended switch
        {
            null => "ended in an unknown way",
            { KernelOutOfMemory: true } => "was killed by the kernel, which had run out of memory",
            { EndedBySupervisor: true } => "was stopped",
            { ExitCode: 0, Signal: 0 } => "ended the process by itself (exit code 0)",
            _ => new ProcessExit(ended.ExitCode, ended.Signal).Describe(string.Join('\n', tail)),
        };
        var text = new StringBuilder($"The worker on {host} {how} {(block is { IsStarted: false } ? "before the block said that it runs" : "while the block ran")}; the block gave no final message.");
        if (tail.Count > 0)
            text.Append("\n  Its last output:");
        foreach (var line in tail)
            text.Append("\n    ").Append(line);
        return new BlockVerdict { Outcome = BlockOutcome.Error, Reason = OutcomeReason.Crashed, Message = text.ToString(), Received = false, OutputTail = tail };
    }

    private static BlockError Error(ErrorTree tree, int depth) => new()
    {
        Type = PrintableText.CleanLine(Cut(tree.Type)),
        Message = PrintableText.Clean(Cut(tree.Message)),
        StackTrace = PrintableText.Clean(Cut(tree.StackTrace)),
        Inner = depth >= WireLimits.MaxErrorDepth ? [] : [.. tree.Inner.Take(MaxListed).Select(inner => Error(inner, depth + 1))],
        IsAssertion = tree.IsAssertion,
        IsBarrier = tree.IsBarrier,
        Barrier = PrintableText.CleanLine(Cut(tree.Barrier)),
    };

    private static StrayProcess Stray(Wire.StrayProcess stray, string host) =>
        new(stray.Pid, host, PrintableText.CleanLine(Cut(stray.Command)), PrintableText.CleanLine(Cut(stray.WaitChannel)), $"ssh {host} kill -9 {stray.Pid}");

    private static List<string> Tail(ReadOnlySpan<byte> output)
    {
        if (output.Length > WireLimits.MaxLogText)
            output = output[^WireLimits.MaxLogText..];
        var text = Encoding.UTF8.GetString(output).TrimEnd('\n');
        return text.Length == 0 ? [] : [.. text.Split('\n').TakeLast(TailLines).Select(line => PrintableText.CleanLine(line.TrimEnd('\r')))];
    }

    private static string Cut(string text) => text.Length <= WireLimits.MaxErrorText ? text : text[..WireLimits.MaxErrorText] + "... (cut)";

    private static BlockOutcome? Outcome(WireOutcome outcome) => outcome switch
    {
        WireOutcome.OutcomePass => BlockOutcome.Pass,
        WireOutcome.OutcomeWarn => BlockOutcome.Warn,
        WireOutcome.OutcomeFail => BlockOutcome.Fail,
        WireOutcome.OutcomeError => BlockOutcome.Error,
        WireOutcome.OutcomeInterrupt => BlockOutcome.Interrupt,
        WireOutcome.OutcomeSkip => BlockOutcome.Skip,
        WireOutcome.OutcomeCancel => BlockOutcome.Cancel,
        _ => null,
    };

    private static OutcomeReason? Reason(WireReason reason) => reason switch
    {
        WireReason.ReasonFinalMessage => OutcomeReason.FinalMessage,
        WireReason.ReasonException => OutcomeReason.Exception,
        WireReason.ReasonAssertion => OutcomeReason.Assertion,
        WireReason.ReasonExitCode => OutcomeReason.ExitCode,
        WireReason.ReasonSetUp => OutcomeReason.SetUp,
        WireReason.ReasonTearDown => OutcomeReason.TearDown,
        WireReason.ReasonBarrierBroken => OutcomeReason.BarrierBroken,
        WireReason.ReasonResultNotSendable => OutcomeReason.ResultNotSendable,
        WireReason.ReasonCrashed => OutcomeReason.Crashed,
        WireReason.ReasonLost => OutcomeReason.Lost,
        WireReason.ReasonStreamLost => OutcomeReason.StreamLost,
        WireReason.ReasonNotStarted => OutcomeReason.NotStarted,
        WireReason.ReasonTimedOut => OutcomeReason.TimedOut,
        WireReason.ReasonRequirementUnmet => OutcomeReason.RequirementUnmet,
        WireReason.ReasonCancelled => OutcomeReason.Stopped,
        _ => null,
    };
}
