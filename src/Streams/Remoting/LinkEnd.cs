namespace Streams.Remoting;

/// <summary>How one link ended.</summary>
/// <param name="Reason">In words, escaped for printing.</param>
/// <param name="IsBeyondRepair">True if another link would end likewise: what the host sends cannot be accepted.</param>
internal sealed record LinkEnd(string Reason, bool IsBeyondRepair = false);
