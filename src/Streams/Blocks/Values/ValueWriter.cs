using Google.Protobuf;

namespace Streams.Blocks.Values;

/// <summary>Writes a block's result for the way home.</summary>
internal static class ValueWriter
{
    /// <exception cref="ValueRefusedException">A part of the value cannot travel.</exception>
    public static ByteString Write(object? value, Type declared)
    {
        if (value is not null && !declared.IsInstanceOfType(value))
            throw new ArgumentException($"a {TypeText.Of(value.GetType())} is no {TypeText.Of(declared)}", nameof(value));
        return GraphWriter.Write(value, "result", ValueUse.Result, closures: null);
    }
}
