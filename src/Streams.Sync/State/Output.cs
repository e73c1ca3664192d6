using Streams.Sync.Protocol;

namespace Streams.Sync.State;

/// <summary>One thing the machine wants done: a reply to a session, or news of a round that ended.</summary>
internal readonly record struct Output(Session? Session, Reply? Reply, SyncRound? Round = null);
