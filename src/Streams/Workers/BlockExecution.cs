using System.Diagnostics;
using Google.Protobuf;
using Streams.Blocks;
using Streams.Blocks.Values;
using Streams.Sync;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Runs one block to its own final message (D12).</summary>
internal sealed class BlockExecution(BlockSpec specification, Dictionary<MethodIdentity, ResolvedBlock> known, BlockContext context, CancellationToken cancellation)
{
    public BlockFinished Run()
    {
        var started = Stopwatch.GetTimestamp();
        var finished = new BlockFinished { Ordinal = specification.Id?.Ordinal ?? 0 };
        RunningBlock.Enter(specification.Id);
        try
        {
            if (specification.WorkCase == BlockSpec.WorkOneofCase.Call)
                RunCall(specification.Call, finished);
            else if (specification.WorkCase == BlockSpec.WorkOneofCase.Command)
                RunCommand(specification.Command, finished);
            else
                Fail(finished, WireReason.ReasonException, "The block names no work that this worker knows.");
        }
        catch (Exception exception)
        {
            // Whatever the author's code throws is its verdict.
            FailWith(finished, ErrorTrees.Simplest(exception));
        }

        RunningBlock.Enter(null);
        finished.ElapsedUs = (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        return finished;
    }

    private void RunCall(MethodCall call, BlockFinished finished)
    {
        if (!known.TryGetValue(call.Method, out var block))
            known.Add(call.Method, block = new ResolvedBlock(call.Method));
        var result = block.Run(call, context);
        Pass(finished);
        if (block.ResultType is null)
            return;
        try
        {
            finished.Value = ValueWriter.Write(result, block.ResultType);
        }
        catch (ValueRefusedException refused)
        {
            Fail(finished, WireReason.ReasonResultNotSendable, $"The block itself passed, but its result could not be sent home: {refused.Message}");
        }
    }

    private void RunCommand(CommandLine command, BlockFinished finished)
    {
        CommandResult result;
        try
        {
            result = context.RunAsync(command, allowFailure: true, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (CommandFailedException notStarted)
        {
            finished.Error = ErrorTrees.Of(notStarted);
            Fail(finished, WireReason.ReasonExitCode, notStarted.Message);
            return;
        }

        finished.Command = new CommandOutcome
        {
            ExitCode = result.ExitCode,
            Signal = result.Signal,
            StandardOutput = result.StandardOutput,
            StandardError = result.StandardError,
            ElapsedUs = (long)result.Elapsed.TotalMicroseconds,
            Truncated = result.IsTruncated,
        };
        if (result.ExitCode == 0 || command.AllowFailure)
            Pass(finished);
        else
            Fail(finished, WireReason.ReasonExitCode, new CommandFailedException(result).Message);
    }

    private void FailWith(BlockFinished finished, Exception exception)
    {
        finished.Error = ErrorTrees.Of(exception);
        var message = $"{finished.Error.Type}: {finished.Error.Message}";
        if (exception is OperationCanceledException && cancellation.IsCancellationRequested)
        {
            finished.Outcome = WireOutcome.OutcomeCancel;
            finished.Reason = WireReason.ReasonCancelled;
            finished.Message = message;
            return;
        }

        Fail(finished, ReasonOf(exception, finished.Error), message);
    }

    private static WireReason ReasonOf(Exception exception, ErrorTree error) => exception switch
    {
        BarrierBrokenException => WireReason.ReasonBarrierBroken,
        CommandFailedException => WireReason.ReasonExitCode,
        _ => error.IsAssertion ? WireReason.ReasonAssertion : WireReason.ReasonException,
    };

    private static void Pass(BlockFinished finished)
    {
        finished.Outcome = WireOutcome.OutcomePass;
        finished.Reason = WireReason.ReasonFinalMessage;
    }

    private static void Fail(BlockFinished finished, WireReason reason, string message)
    {
        finished.Outcome = WireOutcome.OutcomeFail;
        finished.Reason = reason;
        finished.Message = message;
    }
}
