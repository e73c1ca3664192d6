using Streams.Blocks.Values;
using Streams.Sync;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>Words a block's final message (D12).</summary>
internal static class FinalMessage
{
    public static void Pass(BlockFinished finished)
    {
        finished.Outcome = WireOutcome.OutcomePass;
        finished.Reason = WireReason.ReasonFinalMessage;
    }

    /// <summary>A pass with the block's value, if the value can travel.</summary>
    public static void Pass(BlockFinished finished, object? value, Type? type)
    {
        Pass(finished);
        if (type is null)
            return;
        try
        {
            finished.Value = ValueWriter.Write(value, type);
        }
        catch (ValueRefusedException refused)
        {
            Fail(finished, WireReason.ReasonResultNotSendable, $"The block itself passed, but its result could not be sent home: {refused.Message}");
        }
    }

    public static void Fail(BlockFinished finished, WireReason reason, string message)
    {
        finished.Outcome = WireOutcome.OutcomeFail;
        finished.Reason = reason;
        finished.Message = message;
    }

    public static void Fail(BlockFinished finished, Exception exception)
    {
        finished.Error = ErrorTrees.Of(exception);
        Fail(finished, ReasonOf(exception, finished.Error), Sentence(finished.Error));
    }

    /// <summary>The block ended because it was asked to.</summary>
    public static void Cancel(BlockFinished finished, Exception? exception)
    {
        finished.Outcome = WireOutcome.OutcomeCancel;
        finished.Reason = WireReason.ReasonCancelled;
        if (exception is null)
            return;
        finished.Error = ErrorTrees.Of(exception);
        finished.Message = Sentence(finished.Error);
    }

    /// <summary>Type and message of an exception.</summary>
    public static string Sentence(ErrorTree error) => $"{error.Type}: {error.Message}";

    public static WireReason ReasonOf(Exception exception, ErrorTree error) => exception switch
    {
        BarrierBrokenException => WireReason.ReasonBarrierBroken,
        CommandFailedException => WireReason.ReasonExitCode,
        _ => error.IsAssertion ? WireReason.ReasonAssertion : WireReason.ReasonException,
    };
}
