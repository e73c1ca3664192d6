namespace Streams.Remoting;

/// <summary>The end of an agent, as seen from here. Told only when nothing of it can run any more.</summary>
/// <param name="Kind">What it is known by.</param>
/// <param name="Reason">A whole sentence without its full stop, escaped for printing, that names the host.</param>
internal sealed record AgentLoss(AgentLossKind Kind, string Reason)
{
    /// <summary>True if it was our own wish.</summary>
    public bool IsExpected => Kind is AgentLossKind.Closed or AgentLossKind.Rebooted;
}
