namespace Streams.Remoting;

/// <summary>The end of an agent's connection, as seen from here.</summary>
/// <param name="Reason">In words, escaped for printing; continues "the connection to HOST was lost: ".</param>
/// <param name="Expected">True after our own goodbye.</param>
internal sealed record AgentLoss(string Reason, bool Expected);
