namespace Streams.Execution;

/// <summary>The failures of a collection's blocks, and which of them the author has been told.</summary>
/// <param name="record">Where the evidence is; known only when the first failure is told.</param>
internal sealed class FailureLedger(Func<RecordedEvidence> record)
{
    private readonly Lock _gate = new();

    /// <summary>Those that no exception has carried to the author yet. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<BlockResult> _unseen = [];

    /// <summary>Blocks that did not run because of a failure: told under it. Guarded by <see cref="_gate"/>.</summary>
    private readonly List<BlockResult> _notRun = [];

    public void Add(BlockResult result)
    {
        lock (_gate)
        {
            if (result.IsFailure)
            {
                _unseen.Add(result);
            }
            else if (result is { Outcome: BlockOutcome.Cancel, Reason: not OutcomeReason.Stopped })
            {
                _notRun.Add(result);
            }
        }
    }

    /// <summary>The failures that nobody has been told, which are thereby told.</summary>
    public IReadOnlyList<BlockResult> TakeUnseen(IReadOnlySet<string>? streams = null)
    {
        lock (_gate)
        {
            var taken = _unseen.Where(failure => streams is null || streams.Contains(failure.Stream)).ToList();
            _unseen.RemoveAll(taken.Contains);
            return taken;
        }
    }

    /// <summary>The exception for one failure, which is thereby told; its cause, if it is another block's failure, comes first.</summary>
    public BlockFailedException Exception(BlockResult failure)
    {
        lock (_gate)
        {
            _unseen.Remove(failure);
            if (!failure.IsConsequence)
                return Exception([failure]);
            var causes = CausesLocked(failure);
            foreach (var cause in causes)
                _unseen.Remove(cause);
            return Exception([.. causes, failure]);
        }
    }

    /// <summary>The exception for failures that the author is told together, with their causes.</summary>
    public BlockFailedException Told(IReadOnlyList<BlockResult> failures)
    {
        List<BlockResult> told;
        lock (_gate)
        {
            told = [.. failures.Concat(failures.Where(failure => failure.IsConsequence).SelectMany(CausesLocked)).Distinct()];
            _unseen.RemoveAll(told.Contains);
        }

        return Exception(told);
    }

    /// <summary>
    /// What broke the barrier under this block: the failure that its report names; without one, failures that nobody has been
    /// told. An old failure that the author knows of has nothing to do with a new one.
    /// </summary>
    private List<BlockResult> CausesLocked(BlockResult consequence)
    {
        var untold = _unseen.Where(other => !other.IsConsequence && other != consequence).ToList();
        var named = untold.Where(other => consequence.Error?.Message.Contains($"{other.Stream}/{other.Name}", StringComparison.Ordinal) == true).ToList();
        return named.Count > 0 ? named : untold;
    }

    /// <summary>One exception for several failures: root cause first, consequences after it.</summary>
    public BlockFailedException Exception(IReadOnlyList<BlockResult> failures)
    {
        List<BlockResult> notRun;
        lock (_gate)
            notRun = [.. _notRun];
        var ordered = failures.OrderBy(failure => failure.IsConsequence).ThenBy(failure => failure.FinishedAfter).ToList();
        return FailureMessage.Exception(ordered, notRun, record());
    }
}
