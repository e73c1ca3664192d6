using Google.Protobuf;
using Streams.Wire;

namespace Streams.Workers;

/// <summary>The end of the collections that a block made and did not dispose of: they end with it, and their failures are its own.</summary>
internal static class NestedEnd
{
    public static void Close(BlockContext context, BlockFinished finished)
    {
        try
        {
            context.CloseNestedAsync().GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            if (finished.Outcome is WireOutcome.OutcomePass or WireOutcome.OutcomeWarn)
                Fail(finished, exception);
            else
                finished.Warnings.Add($"a collection that the block made did not end well: {exception.Message}");
        }
    }

    /// <summary>Nobody waited for the nested blocks, so nobody has heard of this: a pass would hide it.</summary>
    private static void Fail(BlockFinished finished, Exception exception)
    {
        finished.Error = ErrorTrees.Of(exception);
        finished.Outcome = WireOutcome.OutcomeFail;
        finished.Reason = WireReason.ReasonException;
        finished.Message = $"{finished.Error.Type}: {finished.Error.Message}";
        finished.Value = ByteString.Empty;
        finished.Command = null;
    }
}
