namespace Streams;

/// <summary>
/// Is told what happens in a collection, for a dashboard, a database, a reporter of one's own. It can neither hold up nor break
/// a run: it has a bounded queue and a thread of its own, what it throws is noted in the results, and events that it does not
/// take in time are left out and counted.
/// </summary>
public interface IStreamsObserver
{
    /// <summary>Takes one event. Called on a thread of this observer's own, one event at a time, in order.</summary>
    /// <param name="occurred">What happened.</param>
    void Observe(StreamsEvent occurred);
}
