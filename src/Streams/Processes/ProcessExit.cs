namespace Streams.Processes;

/// <summary>How a process ended. A signal or an exit code, never both.</summary>
/// <param name="ExitCode">-1 when ended by a signal.</param>
/// <param name="Signal">0: none.</param>
internal readonly record struct ProcessExit(int ExitCode, int Signal)
{
    /// <summary>From the status that <c>waitpid</c> gives.</summary>
    public static ProcessExit FromWaitStatus(int status)
    {
        var signal = status & 0x7f;
        return signal == 0 ? new ProcessExit((status >> 8) & 0xff, 0) : new ProcessExit(-1, signal);
    }

    /// <summary>In words that continue "the process ...".</summary>
    /// <param name="standardError">Its last lines, if there are any: the .NET runtime says there why it aborts.</param>
    public string Describe(string standardError = "")
    {
        // A shell in between reports a signal as 128 + n; the runtime's own abort comes as SIGABRT or as 134.
        var aborted = Signal == 6 || ExitCode == 134;
        if (aborted && RuntimeDeath.Find(standardError.Split('\n')) is { } death)
            return $"was ended by {death.Words} ({(Signal == 6 ? "SIGABRT" : "exit code 134")})";
        if (Signal != 0)
            return $"was ended by {Signals.Describe(Signal)}";
        return ExitCode switch
        {
            129 or 150 when MentionsHost(standardError) => $"could not be started by dotnet: {HostReason(ExitCode)} (exit code {ExitCode})",
            > 128 and < 160 when Signals.Name(ExitCode - 128) is { } => $"exited with code {ExitCode}, as a shell reports {Signals.Describe(ExitCode - 128)}",
            _ => $"exited with code {ExitCode}",
        };
    }

    public override string ToString() => Describe();

    private static bool MentionsHost(string standardError) =>
        standardError.Length == 0
        || standardError.Contains("framework", StringComparison.OrdinalIgnoreCase)
        || standardError.Contains("does not exist", StringComparison.OrdinalIgnoreCase)
        || standardError.Contains("dotnet", StringComparison.OrdinalIgnoreCase);

    private static string HostReason(int exitCode) => exitCode == 150
        ? "the framework that its runtimeconfig.json asks for is not installed"
        : "a file that it needs is missing or cannot be used";
}
