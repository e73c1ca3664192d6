namespace Streams;

/// <summary>What a command printed, and how it ended.</summary>
public sealed record CommandResult
{
    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>The exit code; 128 + n, as in a shell, for a command that was ended by signal n.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The signal that ended the command, as far as its exit code tells; 0 if none.</summary>
    public int Signal { get; init; }

    /// <summary>What it wrote to its standard output: all of it up to 1 MiB, beyond that the first and the last half.</summary>
    public required string StandardOutput { get; init; }

    /// <summary>What it wrote to its standard error, likewise bounded.</summary>
    public required string StandardError { get; init; }

    /// <summary>How long it ran.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>True if the middle of an output was left out.</summary>
    public bool IsTruncated { get; init; }
}
