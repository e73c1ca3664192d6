namespace Streams.Blocks.Values;

/// <summary>Reads a value graph.</summary>
internal static class ValueReader
{
    public const byte Version = 1;

    /// <param name="bytes">What a <see cref="GraphWriter"/> wrote, or pretends to have written.</param>
    /// <param name="declared">What is expected; anything else is malformed.</param>
    /// <param name="use">How far the bytes are believed.</param>
    /// <exception cref="ValueFormatException">The bytes are not such a value. The only exception, whatever the bytes.</exception>
    public static object? Read(ReadOnlyMemory<byte> bytes, Type declared, ValueUse use)
    {
        try
        {
            var value = new GraphReader(bytes, use, use == ValueUse.Result ? new GuardedTypeResolver(declared) : TrustingTypeResolver.Instance).Run();
            return value is null
                ? declared.IsValueType && Nullable.GetUnderlyingType(declared) is null ? throw new ValueFormatException($"the value is null, not a {TypeText.Of(declared)}") : null
                : declared.IsInstanceOfType(value) ? value : throw new ValueFormatException($"the value is a {TypeText.Of(value.GetType())}, not a {TypeText.Of(declared)}");
        }
        catch (Exception exception) when (exception is not (ValueFormatException or InsufficientExecutionStackException))
        {
            // Reflection, casts and constructors of framework types each refuse malformed content in their own way.
            throw new ValueFormatException($"the value is malformed: {exception.Message}", exception);
        }
    }
}
