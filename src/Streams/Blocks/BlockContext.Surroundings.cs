using System.Collections.Concurrent;

namespace Streams;

public sealed partial class BlockContext
{
    private IReadOnlyDictionary<string, StreamPeer>? _peers;

    /// <summary>
    /// Objects that outlive their block: later blocks of the same stream find them here. They live as long as the stream's
    /// worker: after a crash, a block that had to be ended, or one with <see cref="BlockOptions.FreshProcess"/> it is empty.
    /// </summary>
    public ConcurrentDictionary<string, object> State => _memory.State;

    /// <summary>The other streams of the collection at the moment when this block came to its turn, by name, with their addresses.</summary>
    public IReadOnlyDictionary<string, StreamPeer> Peers => _peers ??= _specification.Peers
        .DistinctBy(peer => peer.Stream)
        .ToDictionary(peer => peer.Stream, peer => new StreamPeer { Stream = peer.Stream, Host = peer.Host, Address = peer.Address.Length > 0 ? peer.Address : null }, StringComparer.Ordinal);
}
