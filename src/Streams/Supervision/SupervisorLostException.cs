namespace Streams.Supervision;

/// <summary>
/// The local supervisor ended; its workers are gone, and all that they had started. The next start makes a new one.
/// </summary>
internal sealed class SupervisorLostException(string message) : IOException(message);
