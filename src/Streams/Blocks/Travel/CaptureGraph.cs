using Google.Protobuf;
using Streams.Blocks.Values;

namespace Streams.Blocks.Travel;

/// <summary>Writes what travels to a worker, delegates within it included.</summary>
internal static class CaptureGraph
{
    /// <summary>A delegate found late may widen the use of a closure; each round finds at least one, so few are needed.</summary>
    private const int MaxRounds = 100;

    /// <exception cref="ValueRefusedException">A part of it cannot travel.</exception>
    public static ByteString Write(object value, string rootName, BlockCode? code)
    {
        var use = new ClosureUse(code);
        for (var round = 0; round < MaxRounds; round++)
        {
            use.Grew = false;
            var bytes = GraphWriter.Write(value, rootName, ValueUse.Capture, use);
            if (!use.Grew)
                return bytes;
        }

        throw new ValueRefusedException(rootName, value.GetType(), "captures too many delegates of each other");
    }
}
