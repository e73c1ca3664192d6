using Streams.Execution;

namespace Streams.Scheduling;

/// <summary>Whom the journals of a collection's blocks tell, and whom they ask.</summary>
/// <param name="Failures">The ledger of failures.</param>
/// <param name="Parties">The sync server.</param>
/// <param name="Observers">The author's own observers; null: there are none.</param>
/// <param name="Skipped">Makes the exception for a skipped block whose value is wanted.</param>
internal sealed record CollectionJournal(FailureLedger Failures, SyncParties Parties, ObserverFeed? Observers, Func<BlockResult, Exception> Skipped);
