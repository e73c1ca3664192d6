using System.Diagnostics;
using Streams.Blocks;
using Streams.Execution;
using Streams.Hosts;
using Streams.Scheduling;
using Streams.Sync;
using Streams.Wire;

namespace Streams;

public sealed partial class StreamCollection
{
    private readonly FailureLedger _failures;
    private readonly CollectionJournal _journal;

    /// <summary>Gives the block its identity, its place in the record and its party at the sync server.</summary>
    internal QueuedBlock NewBlock(ExecutionStream stream, BlockSpec specification, string name, string source, Func<BlockVerdict, object?>? readValue, GivenBlock given, BlockOptions? options)
    {
        ThrowIfDisposed();
        var record = stream.Record.BlockQueued(name);
        if (specification.TimeLimitMs == 0)
            record.HasNoLimit();
        if (given.Text.Length > 0 || given.Parameters.Count > 0)
            record.Given(given);
        specification.Id = new BlockId { Run = Run, Collection = _id, Stream = stream.Name, Ordinal = record.Ordinal, Parent = _nest?.ParentId };
        specification.Order = (ulong)record.Order;
        specification.Name = record.Name;
        specification.Directory = record.Path;
        specification.Sync = new SyncEndpoint { Party = PartyName.Of(stream.Name, record.Name) };
        if (Activity.Current is { Id: { } id } activity)
        {
            specification.TraceParent = id;
            specification.TraceState = activity.TraceStateString ?? "";
        }

        if (specification.TimeLimitMs == 0)
            _record.Note("no-time-limit", $"block {record.Name} has no time limit", stream: stream.Name);
        var journal = new BlockJournal(record, specification.Host, source, _journal, stream);
        var block = new QueuedBlock(specification, source, journal, new BlockLifecycle(Options.TimeProvider), readValue)
        {
            IsBackground = options?.IsBackground ?? false,
            ExpectedFailure = options?.ExpectedFailure,
        };
        journal.Attach(block);
        return block;
    }

    /// <summary>What a block needs of its collection before it can run.</summary>
    internal async Task PrepareAsync(QueuedBlock block)
    {
        var server = await _parties.ServerAsync().ConfigureAwait(false);
        block.Specification.Sync.Address = server.Address;
        block.Specification.Sync.Token = server.Token;
        block.Specification.Peers.Add(Peers(this[block.StreamName]));
    }

    /// <summary>The other streams as this one's blocks can reach them.</summary>
    private IEnumerable<BlockPeer> Peers(ExecutionStream stream) => this
        .Where(other => other != stream)
        .Select(other => new BlockPeer { Stream = other.Name, Host = other.Host.ToString(), Address = PeerAddress.Of(other.Host, stream.Host) });

    /// <summary>One exception for all of these failures, which are thereby told.</summary>
    internal BlockFailedException Failure(IReadOnlyList<BlockResult> failures) => _failures.Told(failures);
}
