namespace Streams.Blocks.Parts;

/// <summary>
/// Runs set-up, run and tear-down of one block. Each part has a thread of its own, so that one which ignores every request to
/// stop cannot keep the tear-down from running.
/// </summary>
internal sealed class PartSequence(BlockContext context, PartLimits limits)
{
    /// <summary>Called when the tear-down begins.</summary>
    public Action? OnTearDown { get; init; }

    /// <summary>Runs the parts to their end; never throws for what they do.</summary>
    /// <param name="block">The block.</param>
    /// <param name="run">Its run, for those who want its value.</param>
    /// <param name="stop">Asks set-up and run to stop; the tear-down has a limit of its own instead.</param>
    public async Task<PartsEnd> RunAsync(IBlock block, Func<BlockContext, Task> run, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return new PartsEnd { FailedPart = BlockPart.SetUp, IsStopped = true };
        PartsEnd end;
        using (var asked = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            context.UseCancellation(asked.Token);
            end = await SetUpAndRunAsync(block, run, asked, stop).ConfigureAwait(false);
        }

        // A stop that comes from now on reaches nothing of the block any more.
        return await TearDownAsync(block, end).ConfigureAwait(false);
    }

    private async Task<PartsEnd> SetUpAndRunAsync(IBlock block, Func<BlockContext, Task> run, CancellationTokenSource asked, CancellationToken stop)
    {
        asked.CancelAfter(limits.SetUp);
        var setUp = await PartAsync(BlockPart.SetUp, block.SetUpAsync, asked.Token).ConfigureAwait(false);
        if (!asked.IsCancellationRequested)
            asked.CancelAfter(Timeout.InfiniteTimeSpan);
        if (setUp is not { HasEnded: true, Error: null } || asked.IsCancellationRequested)
            return End(BlockPart.SetUp, setUp, stop) with { LimitPassed = asked.IsCancellationRequested && !stop.IsCancellationRequested ? BlockPart.SetUp : null };
        var ran = await PartAsync(BlockPart.Run, run, asked.Token).ConfigureAwait(false);
        return ran is { HasEnded: true, Error: null } ? new PartsEnd() : End(BlockPart.Run, ran, stop);
    }

    private static PartsEnd End(BlockPart part, (bool HasEnded, Exception? Error) how, CancellationToken stop) => new()
    {
        FailedPart = part,
        Error = how.Error,
        // Whatever a block throws once it was asked to stop: that is how it stopped.
        IsStopped = stop.IsCancellationRequested,
        IsAbandoned = !how.HasEnded,
    };

    private async Task<PartsEnd> TearDownAsync(IBlock block, PartsEnd end)
    {
        OnTearDown?.Invoke();
        using var late = new CancellationTokenSource(limits.TearDown);
        context.BeginTearDown(limits.TearDown, late.Token);
        var (hasEnded, error) = await PartAsync(BlockPart.TearDown, block.TearDownAsync, late.Token).ConfigureAwait(false);
        if (hasEnded && error is null)
            return end;
        var isLate = late.IsCancellationRequested && error is null or OperationCanceledException;
        if (isLate)
            error = new TimeoutException($"The tear-down ran into its limit of {limits.TearDown.TotalSeconds:0.###} s{(hasEnded ? "" : " and did not stop when it was asked to")}.", error);
        var both = end.FailedPart is null
            ? end with { FailedPart = BlockPart.TearDown, Error = error }
            : end with { TearDownError = error };
        return both with { IsAbandoned = end.IsAbandoned || !hasEnded, LimitPassed = end.LimitPassed ?? (isLate ? BlockPart.TearDown : null) };
    }

    private async Task<(bool HasEnded, Exception? Error)> PartAsync(BlockPart part, Func<BlockContext, Task> code, CancellationToken asked)
    {
        context.EnterPart(part);
        var running = Task.Factory.StartNew(
            () => code(context) ?? throw new InvalidOperationException($"The block's {BlockParts.InWords(part)} returned a null task."),
            CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
        await running.WaitAsync(asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted)
            await running.WaitAsync(limits.Grace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted)
        {
            _ = running.ContinueWith(static abandoned => abandoned.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return (false, null);
        }

        try
        {
            await running.ConfigureAwait(false);
            return (true, null);
        }
        catch (Exception exception)
        {
            // Whatever the author's code throws is its verdict.
            return (true, exception);
        }
    }
}
