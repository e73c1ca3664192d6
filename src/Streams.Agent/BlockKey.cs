using System.Text;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>A block's identity as one word, for look-up and for the journal.</summary>
internal static class BlockKey
{
    public static string Of(BlockId id)
    {
        var text = new StringBuilder();
        for (var block = id; block is not null; block = block.Parent)
            text.Append(block.Collection).Append('/').Append(Uri.EscapeDataString(block.Stream)).Append('/').Append(block.Ordinal).Append(block.Parent is null ? "" : "<");
        return text.ToString();
    }
}
