namespace Streams.Hosts;

/// <summary>How the ssh command is called.</summary>
internal sealed record SshOptions
{
    /// <summary>Environment variable that names another ssh command: a path, or a command with arguments.</summary>
    public const string CommandVariable = "STREAMS_SSH";

    private static readonly char[] WhiteSpace = [' ', '\t', '\n', '\r'];

    /// <summary>The command and its first arguments. By default <c>STREAMS_SSH</c>, split on white space, else "ssh".</summary>
    public IReadOnlyList<string> Command { get; init; } = FromEnvironment();

    /// <summary>A configuration file instead of the user's own (<c>-F</c>); null leaves it to ssh.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Limit for reaching the host and for its greeting. Rounded up to seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Directory in which ssh's log is kept; null writes it to a private one that goes with the connection.</summary>
    public string? LogDirectory { get; init; }

    private static string[] FromEnvironment()
    {
        var words = Environment.GetEnvironmentVariable(CommandVariable)?.Split(WhiteSpace, StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: > 0 } ? words : ["ssh"];
    }
}
