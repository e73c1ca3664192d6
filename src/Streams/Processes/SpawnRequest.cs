namespace Streams.Processes;

/// <summary>A process to be started: in a session (or group) of its own, with nothing of this process but three descriptors.</summary>
/// <param name="Command">Its argv; the first is the program's absolute path.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="WorkingDirectory">Null or empty: this process's own.</param>
/// <param name="StandardInput">A descriptor of this process.</param>
/// <param name="StandardOutput">A descriptor of this process; standard error goes there, too, unless it has one of its own.</param>
internal sealed record SpawnRequest(
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string? WorkingDirectory,
    int StandardInput,
    int StandardOutput)
{
    /// <summary>The program's path; null: its argv begins with it.</summary>
    public string? Program { get; init; }

    /// <summary>A descriptor of this process; null: where standard output goes.</summary>
    public int? StandardError { get; init; }

    /// <summary>True: it stays in the session of this process, in a process group of its own.</summary>
    public bool StaysInSession { get; init; }
}
