namespace Streams.Processes;

/// <summary>A process to be started: in a session of its own, with nothing of this process but three descriptors.</summary>
/// <param name="Command">Its argv; the first is the program's absolute path.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="WorkingDirectory">Null or empty: this process's own.</param>
/// <param name="StandardInput">A descriptor of this process.</param>
/// <param name="StandardOutput">A descriptor of this process; standard error goes there, too.</param>
internal sealed record SpawnRequest(
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string? WorkingDirectory,
    int StandardInput,
    int StandardOutput);
