namespace Streams;

/// <content>Groups of streams.</content>
public sealed partial class StreamCollection
{
    /// <summary>Some of the streams, in the order in which they were added: <c>streams[1..]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many streams.</exception>
    public StreamGroup this[Range range]
    {
        get
        {
            lock (_gate)
            {
                var (offset, length) = range.GetOffsetAndLength(_streams.Count);
                return new StreamGroup(this, _streams.GetRange(offset, length));
            }
        }
    }

    /// <summary>The streams that were added so far with this tag (<see cref="StreamOptions.Tags"/>), in their order.</summary>
    /// <exception cref="KeyNotFoundException">No stream has it: a test that runs on nothing would pass.</exception>
    public StreamGroup Tagged(string tag)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        List<ExecutionStream> all = [.. this];
        var tagged = all.FindAll(stream => stream.Tags.Contains(tag));
        if (tagged.Count > 0)
            return new StreamGroup(this, tagged);
        var known = all.SelectMany(stream => stream.Tags).Distinct().ToList();
        throw new KeyNotFoundException($"No stream has the tag '{tag}'; {(known.Count == 0 ? "none has a tag" : $"there are: {string.Join(", ", known)}")}.");
    }
}
