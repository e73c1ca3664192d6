namespace Streams.Wire;

/// <summary>The peer sent what is not a frame of our protocol. The connection cannot be used any more.</summary>
internal sealed class FrameException(string message) : IOException(message);
