using System.Diagnostics;
using Streams.Blocks;
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
            else if (specification.WorkCase == BlockSpec.WorkOneofCase.Instance)
                new InstanceExecution(specification, context, cancellation).Run(finished);
            else
                FinalMessage.Fail(finished, WireReason.ReasonException, "The block names no work that this worker knows.");
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
        FinalMessage.Pass(finished, result, block.ResultType);
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
            FinalMessage.Fail(finished, WireReason.ReasonExitCode, notStarted.Message);
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
            FinalMessage.Pass(finished);
        else
            FinalMessage.Fail(finished, WireReason.ReasonExitCode, new CommandFailedException(result).Message);
    }

    private void FailWith(BlockFinished finished, Exception exception)
    {
        if (exception is OperationCanceledException && cancellation.IsCancellationRequested)
            FinalMessage.Cancel(finished, exception);
        else
            FinalMessage.Fail(finished, exception);
    }
}
