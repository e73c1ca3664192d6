namespace Streams.Results;

/// <summary>A host sent a file name that no honest scan of a directory gives: its connection must be closed.</summary>
internal sealed class HostileNameException(string message) : StreamsException(message);
