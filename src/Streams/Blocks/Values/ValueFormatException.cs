namespace Streams.Blocks.Values;

/// <summary>The bytes are not a value graph that may be read here. Nothing of it is used.</summary>
internal sealed class ValueFormatException(string message, Exception? innerException = null)
    : StreamsException(message, innerException);
