using Streams.Hosts;

namespace Streams;

/// <summary>How hosts are reached over ssh. Everything else is as <c>~/.ssh/config</c> says.</summary>
public sealed record SshOptions
{
    /// <summary>Environment variable that names another ssh command: a path, or a command with arguments.</summary>
    internal const string CommandVariable = "STREAMS_SSH";

    /// <summary>A configuration file instead of the user's own (<c>ssh -F</c>); "none" for no configuration at all.</summary>
    /// <value>The user's own by default.</value>
    public string? ConfigFile { get; init; }

    /// <summary>Limit for reaching a host and for its greeting. Rounded up to seconds.</summary>
    /// <value>15 seconds by default.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The password to log in with, where keys are not accepted. Given to each host that asks for one, jump hosts included, once;
    /// a refused one is not tried again.
    /// </summary>
    /// <value>None by default: a host that wants a password is refused.</value>
    public Secret? Password { get; init; }

    /// <summary>The pass phrase of locked key files. Not needed for keys that are in the ssh agent.</summary>
    /// <value>None by default: a locked key is an error that says so.</value>
    public Secret? PassPhrase { get; init; }

    /// <summary>The command and its first arguments; null: what <c>STREAMS_SSH</c> says, else "ssh".</summary>
    internal IReadOnlyList<string>? Command { get; init; }

    /// <summary>Directory in which ssh's log is kept; null writes it to a private one that goes with the connection.</summary>
    internal string? LogDirectory { get; init; }

    /// <summary>Null if the variable has a quote that is not closed.</summary>
    internal static IReadOnlyList<string>? CommandOf(string? variable) =>
        string.IsNullOrWhiteSpace(variable) ? ["ssh"] : SplitWords.Of(variable);
}
