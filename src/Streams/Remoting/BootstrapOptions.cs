namespace Streams.Remoting;

/// <summary>How an agent is started on a host.</summary>
internal sealed record BootstrapOptions
{
    /// <summary>How long the host may be silent in any step of the start.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The lowest .NET that will do; a newer minor or patch of the same major does too. Null: none is needed.</summary>
    public Version? RequiredRuntime { get; init; } = new(Environment.Version.Major, 0, 0);

    /// <summary>
    /// Name of the program's entry assembly, without extension, if its directory holds several programs; null lets the
    /// agent find it.
    /// </summary>
    public string? Entry
    {
        get;
        init => field = value is null || value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? value
            : throw new ArgumentException($"The assembly name '{value}' has characters that are not sent to a host's shell.", nameof(value));
    }

    /// <summary>
    /// Becomes the agent: a line of sh, with $dotnet, $agent_tree, $program_tree, $entry and $run set. Standard error must not go
    /// to the connection. It is ours, never made from a host's or a test's text.
    /// </summary>
    public string LaunchLine { get; init; } =
        """
        [ -n "${DOTNET_EnableDiagnostics:-}" ] || { DOTNET_EnableDiagnostics=0 STREAMS_DIAGNOSTICS_SET=1; export DOTNET_EnableDiagnostics STREAMS_DIAGNOSTICS_SET; }
        exec "$dotnet" exec "$agent_tree/Streams.Agent.dll" serve --dotnet "$dotnet" --program "$program_tree" ${entry:+--entry "$entry"} --dial "$run/dial" 2>"$run/agent.log"
        """;

    /// <summary>Bytes in a host's store beyond which what was not used for two days is removed.</summary>
    public long StoreLimit { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>How often a connection is made anew that was dropped before the login.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The longest pause before the first retry; it grows with each.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Measures the limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
