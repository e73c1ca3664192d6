namespace Streams;

/// <summary>How hosts are reached over ssh. Everything else is as <c>~/.ssh/config</c> says.</summary>
public sealed record SshOptions
{
    /// <summary>Environment variable that names another ssh command: a path, or a command with arguments.</summary>
    internal const string CommandVariable = "STREAMS_SSH";

    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\r'];

    /// <summary>The command and its first arguments. By default <c>STREAMS_SSH</c>, split on white space, else "ssh".</summary>
    internal IReadOnlyList<string> Command { get; init; } = FromEnvironment();

    /// <summary>A configuration file instead of the user's own (<c>ssh -F</c>).</summary>
    /// <value>The user's own by default.</value>
    public string? ConfigFile { get; init; }

    /// <summary>Limit for reaching a host and for its greeting. Rounded up to seconds.</summary>
    /// <value>15 seconds by default.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Directory in which ssh's log is kept; null writes it to a private one that goes with the connection.</summary>
    internal string? LogDirectory { get; init; }

    private static string[] FromEnvironment()
    {
        var words = Environment.GetEnvironmentVariable(CommandVariable)?.Split(WhiteSpace, StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: > 0 } ? words : ["ssh"];
    }
}
