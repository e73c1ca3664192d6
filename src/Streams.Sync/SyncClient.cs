namespace Streams.Sync;

/// <summary>One party: waits at barriers and exchanges data with the others. Connects when first used.</summary>
public sealed class SyncClient : IAsyncDisposable
{
    /// <summary>Creates a client; nothing is connected yet.</summary>
    public SyncClient(SyncClientOptions options) => Party = options.Party;

    /// <summary>Who this client is.</summary>
    public string Party { get; }

    /// <summary>Waits until <paramref name="count"/> different parties have arrived at the barrier.</summary>
    public Task BarrierAsync(string name, int count, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Waits until exactly the listed parties, this one among them, have arrived at the barrier.</summary>
    public Task BarrierAsync(string name, IReadOnlyCollection<string> parties, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Waits at the barrier and returns what each party brought, by party.</summary>
    public Task<IReadOnlyDictionary<string, T>> GatherAsync<T>(string name, int count, T value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Waits at the barrier for the listed parties and returns what each brought, by party.</summary>
    public Task<IReadOnlyDictionary<string, T>> GatherAsync<T>(string name, IReadOnlyCollection<string> parties, T value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Sets a value once for all; the same value again does no harm.</summary>
    public Task PutAsync<T>(string key, T value, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Returns a value, waiting until somebody has put it.</summary>
    public Task<T> GetAsync<T>(string key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Appends a value to a topic.</summary>
    public Task PublishAsync<T>(string topic, T value, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Reads a topic from its beginning, waiting for more at its end until cancelled.</summary>
    public IAsyncEnumerable<T> SubscribeAsync<T>(string topic, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes a broken barrier usable again; parties that wait in it are told.</summary>
    public Task ResetAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says that this party failed: the rounds that need it break at once with the reason.</summary>
    public Task FailAsync(string reason, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says that this party will come to nothing any more, and all is well.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says good-bye when connected; waits still under way end as cancelled.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
