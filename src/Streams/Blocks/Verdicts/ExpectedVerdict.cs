namespace Streams.Blocks.Verdicts;

/// <summary>Holds a verdict against what the block's author expected.</summary>
internal static class ExpectedVerdict
{
    public static BlockVerdict Of(BlockVerdict verdict, ExpectedFailure expected)
    {
        if (verdict.Outcome is BlockOutcome.Pass or BlockOutcome.Warn)
        {
            return verdict with
            {
                Outcome = BlockOutcome.Fail,
                Reason = OutcomeReason.UnexpectedPass,
                Message = $"it was expected {expected}, and passed",
            };
        }

        if (verdict.Outcome is BlockOutcome.Cancel or BlockOutcome.Skip || IsOurs(verdict))
            return verdict;
        return WhyNot(verdict, expected) is { } why
            ? verdict with { Warnings = [$"it was expected {expected}, but {why}", .. verdict.Warnings] }
            : verdict with { Outcome = BlockOutcome.Pass, Reason = OutcomeReason.ExpectedFailure, Message = $"failed as expected: {verdict.Message}" };
    }

    /// <summary>What the library could not do says nothing about the block.</summary>
    private static bool IsOurs(BlockVerdict verdict) =>
        verdict.Reason is OutcomeReason.NotStarted or OutcomeReason.Lost or OutcomeReason.StreamLost or OutcomeReason.ResultNotSendable;

    private static string? WhyNot(BlockVerdict verdict, ExpectedFailure expected)
    {
        if (verdict.Outcome != expected.Outcome)
            return $"its outcome is {verdict.Outcome.ToString().ToUpperInvariant()}";
        if (expected.Part is { } part && (verdict.FailedPart ?? BlockPart.Run) != part)
            return $"it was its {Parts.BlockParts.InWords(verdict.FailedPart ?? BlockPart.Run)} that failed";
        if (verdict.TearDownError is not null)
            return "its tear-down failed, too";
        if (expected.ErrorType is { } type && (verdict.Error is not { } error || !Has(error, type)))
            return $"it failed by {verdict.Error?.Type ?? "no exception"}";
        return expected.Matches(string.Join('\n', [verdict.Message, .. verdict.OutputTail, verdict.Command?.StandardError ?? ""])) ? null : "its message is another one";
    }

    private static bool Has(BlockError error, string type) => error.Type == type || error.Inner.Any(inner => Has(inner, type));
}
