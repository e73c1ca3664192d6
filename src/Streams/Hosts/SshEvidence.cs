namespace Streams.Hosts;

/// <summary>What is left of an ssh process that ended: all that its diagnosis may use. Nothing is cleaned yet.</summary>
internal sealed record SshEvidence(string Host, string Stage, int ExitCode, string Log, string Errors, string CommandLine)
{
    private static readonly string[] NotSaid = ["debug", "OpenSSH_", "Transferred:", "Bytes per second", "Authenticated to", "Warning: Permanently"];

    /// <summary>What was run behind the login to come to the host; null: the login was all.</summary>
    public string? Onward { get; init; }

    /// <summary>A question that ssh or the host asked and that nobody could answer.</summary>
    public string? Unanswered { get; init; }

    /// <summary>ssh was given a password or a pass phrase.</summary>
    public bool HadAnswers { get; init; }

    /// <summary>The login succeeded.</summary>
    public bool IsAuthenticated { get; } = Log.Contains("Authenticated to ", StringComparison.Ordinal);

    /// <summary>The host said how the remote shell ended.</summary>
    public bool HasRemoteExit { get; } =
        Log.Contains("rtype exit-status", StringComparison.Ordinal) || Log.Contains("rtype exit-signal", StringComparison.Ordinal);

    /// <summary>
    /// ssh's own lines, not its debugging ones, and then what its standard error said, where a jump host's ssh prints all of its.
    /// </summary>
    public IReadOnlyList<string> Said { get; } =
        [.. Lines(Log).Concat(Lines(Errors)).Where(line => !NotSaid.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal)))];

    public bool Has(string words) => Said.Any(line => line.Contains(words, StringComparison.OrdinalIgnoreCase));

    public string? Line(string words) => Said.FirstOrDefault(line => line.Contains(words, StringComparison.OrdinalIgnoreCase));

    public static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);
}
