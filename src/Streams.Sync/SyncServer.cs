namespace Streams.Sync;

/// <summary>The meeting point of parties: barriers, set-once values and topics over a text protocol.</summary>
public sealed class SyncServer : IAsyncDisposable
{
    /// <summary>Where clients connect: <c>tcp:127.0.0.1:4711</c> or <c>unix:/path</c>.</summary>
    public string Address => throw new NotImplementedException();

    /// <summary>The secret that clients must show: 32 hexadecimal digits.</summary>
    public string Token => throw new NotImplementedException();

    /// <summary>Starts a server that listens when this returns.</summary>
    public static Task<SyncServer> StartAsync(SyncServerOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Declares a party that lives or will come, or says something new about it. Until it has ended, rounds may wait for it.
    /// </summary>
    public void DeclareParty(SyncParty party) => throw new NotImplementedException();

    /// <summary>Notes a sign of life of a party and, when given, the last line of its output. Cheap: takes no lock.</summary>
    public void NoteOutput(string party, string? lastLine) => throw new NotImplementedException();

    /// <summary>Says that a party, and with it those under its name, ended and comes to no further round.</summary>
    public void EndParty(string party, SyncPartyEnd end) => throw new NotImplementedException();

    /// <summary>Says that parties nobody has declared yet may come at any moment (the state at start), and forgets failures so far.</summary>
    public void Open() => throw new NotImplementedException();

    /// <summary>Says that no further parties will be declared: rounds that can no longer be completed break at once.</summary>
    public void Seal() => throw new NotImplementedException();

    /// <summary>Serves one connection that came another way, such as over a link to a host, until it ends.</summary>
    public Task ServeAsync(Stream connection, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>All names and parties in words, as the verb LIST gives them.</summary>
    public IReadOnlyList<string> List() => throw new NotImplementedException();

    /// <summary>Why a barrier has not passed, in words, as the verb WHY gives it.</summary>
    public IReadOnlyList<string> Why(string barrier) => throw new NotImplementedException();

    /// <summary>Stops: every wait ends with the cause <see cref="BarrierCause.Closed"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
