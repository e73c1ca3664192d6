using Streams.Execution;
using Streams.Scheduling;

namespace Streams;

/// <content>What ends the streams of a collection early: an essential stream's end, or the run's interruption.</content>
public sealed partial class StreamCollection
{
    /// <summary>Why the run was interrupted; null: it was not.</summary>
    private StopReason? _aborted;
    private CancellationTokenRegistration _ownerAborts;
    private CancellationTokenRegistration _authorAborts;

    /// <summary>Whatever happens to the other streams from now on happens because this essential one ended.</summary>
    internal void MarkOthers(ExecutionStream essential, string how)
    {
        foreach (var other in this.Where(stream => stream != essential))
            other.Mark(Reason(essential, how));
    }

    /// <summary>Ends the other streams, for this essential one ended.</summary>
    internal void EndOthers(ExecutionStream essential, string how)
    {
        foreach (var other in this.Where(stream => stream != essential))
            other.End(Reason(essential, how));
    }

    /// <summary>While the author waits no further block comes: when the essential streams have run theirs, the others are pointless.</summary>
    internal void EndOthersWhenEssentialsAreDone()
    {
        if (Volatile.Read(ref _waiting) == 0)
            return;
        var essentials = this.Where(stream => stream.Options.IsEssential && stream.Runs.Count > 0).ToList();
        if (essentials.Count == 0 || essentials.Exists(stream => stream.IsBusy))
            return;
        foreach (var other in this.Where(stream => !stream.Options.IsEssential))
            other.End(Reason(essentials[^1], "is done"));
    }

    /// <summary>Ends everything: queued blocks are CANCEL at once, running ones are asked to stop and ended after the grace.</summary>
    internal void Abort(string why)
    {
        if (Interlocked.CompareExchange(ref _aborted, new StopReason(OutcomeReason.Aborted, why), null) is not null)
            return;
        _record.Note("aborted", why, Microsoft.Extensions.Logging.LogLevel.Warning);
        foreach (var stream in this)
            stream.End(_aborted);
    }

    /// <summary>Completes when an aborted collection has ended all its blocks and its results are on the disk.</summary>
    internal async Task AbortedAsync()
    {
        await Task.WhenAll(this.SelectMany(stream => stream.Runs).Select(run => run.Completion)).ConfigureAwait(false);
        await _record.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>What is, or may be, left of this collection on its hosts, for people; empty if nothing is.</summary>
    internal IReadOnlyList<string> Leftovers() => LeftoverList.Of(this.SelectMany(stream => stream.Runs), Options);

    /// <summary>Puts the list into the results, whatever becomes of this process.</summary>
    internal void WriteLeftovers(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            _record.Note("left-behind", line, Microsoft.Extensions.Logging.LogLevel.Error);
        _record.WriteAtOnce("left-behind.txt", lines);
    }

    private static StopReason Reason(ExecutionStream essential, string how) =>
        new(OutcomeReason.EssentialStreamEnded, $"because essential stream '{essential.Name}' {how}");

    private void WatchForAbort()
    {
        _ownerAborts = _owner.Cancellation.UnsafeRegister(static state => ((StreamCollection)state!).Abort(((StreamCollection)state!)._nest is null ? "the test runner ended the test" : "the block that made the collection was asked to stop"), this);
        _authorAborts = Options.Cancellation.UnsafeRegister(static state => ((StreamCollection)state!).Abort("the collection's cancellation token was cancelled"), this);
        // Below a block it is the test's process that is interrupted, and tells.
        if (_nest is null)
            Interruption.Watch(this);
    }

    private void EndWatchForAbort()
    {
        Interruption.Forget(this);
        _ownerAborts.Unregister();
        _authorAborts.Unregister();
    }
}
