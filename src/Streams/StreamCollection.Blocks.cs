using System.Diagnostics;
using Streams.Blocks;
using Streams.Execution;
using Streams.Scheduling;
using Streams.Sync;
using Streams.Wire;

namespace Streams;

public sealed partial class StreamCollection
{
    private readonly FailureLedger _failures;

    /// <summary>Gives the block its identity, its place in the record and its party at the sync server.</summary>
    internal QueuedBlock NewBlock(ExecutionStream stream, BlockSpec specification, string name, string source, Func<BlockVerdict, object?>? readValue)
    {
        ThrowIfDisposed();
        var record = stream.Record.BlockQueued(name);
        if (specification.TimeLimitMs == 0)
            record.HasNoLimit();
        specification.Id = new BlockId { Run = _scope.Run, Collection = _id, Stream = stream.Name, Ordinal = record.Ordinal };
        specification.Order = (ulong)record.Order;
        specification.Name = record.Name;
        specification.Directory = record.Path;
        specification.Sync = new SyncEndpoint { Party = PartyName.Of(stream.Name, record.Name) };
        if (Activity.Current is { Id: { } id } activity)
        {
            specification.TraceParent = id;
            specification.TraceState = activity.TraceStateString ?? "";
        }

        var journal = new BlockJournal(record, specification.Host, source, _failures, _parties);
        var block = new QueuedBlock(specification, source, journal, new BlockLifecycle(Options.TimeProvider), readValue);
        journal.Attach(block);
        return block;
    }

    /// <summary>Waits for all blocks of these streams (null: of all), also for those that come meanwhile; then throws what is unseen.</summary>
    internal async Task WaitForAsync(IReadOnlyList<ExecutionStream>? streams, bool ignoreFailures, CancellationToken cancellationToken)
    {
        if (streams is null)
            _parties.Seal();
        try
        {
            while (true)
            {
                var unfinished = (streams ?? [.. this]).SelectMany(stream => stream.Runs).Where(run => run.Result is null).ToList();
                if (unfinished.Count == 0)
                    break;
                await Task.WhenAll(unfinished.Select(run => run.Completion)).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (streams is null)
                _parties.Open();
        }

        if (ignoreFailures)
            return;
        var unseen = _failures.TakeUnseen(streams?.Select(stream => stream.Name).ToHashSet());
        if (unseen.Count > 0)
            throw _failures.Exception(unseen);
    }

    /// <summary>What a block needs of its collection before it can run.</summary>
    internal async Task PrepareAsync(QueuedBlock block)
    {
        var server = await _parties.ServerAsync().ConfigureAwait(false);
        block.Specification.Sync.Address = server.Address;
        block.Specification.Sync.Token = server.Token;
    }

    /// <summary>The test framework ended the test: everything that runs is asked to stop.</summary>
    private void StopAll()
    {
        foreach (var run in this.SelectMany(stream => stream.Runs))
            run.RequestStop();
    }
}
