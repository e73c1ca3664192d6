using Microsoft.AspNetCore.Connections;

namespace Streams.Agent.Transport;

/// <summary>
/// A connection that can be aborted at any moment, also when it has just been disposed of: the base class cancels a source then
/// that is gone already, on a thread of the pool, where the exception ends the process with everything that it supervises.
/// </summary>
internal abstract class AbortableConnection : DefaultConnectionContext
{
    // Never disposed: it has no timer and no handle of the system.
    private readonly CancellationTokenSource _closed = new();

    protected AbortableConnection(string id)
        : base(id) => ConnectionClosed = _closed.Token;

    /// <summary>Called on abort; whoever reads from or writes to the connection has to fail then.</summary>
    protected virtual void Close()
    {
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close();
        _ = _closed.CancelAsync();
    }
}
