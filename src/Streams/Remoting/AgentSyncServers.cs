namespace Streams.Remoting;

/// <summary>How the sync server of each worker's collection is reached, whichever link asks for it.</summary>
internal sealed class AgentSyncServers
{
    private readonly Lock _gate = new();

    /// <summary>By worker. Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, Func<CancellationToken, Task<Stream>>> _servers = [];

    public void Register(string worker, Func<CancellationToken, Task<Stream>> connect)
    {
        lock (_gate)
            _servers.Add(worker, connect);
    }

    public void Unregister(string worker)
    {
        lock (_gate)
            _servers.Remove(worker);
    }

    public Func<CancellationToken, Task<Stream>>? Find(string worker)
    {
        lock (_gate)
            return _servers.GetValueOrDefault(worker);
    }}
