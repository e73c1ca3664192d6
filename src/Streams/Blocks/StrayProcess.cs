namespace Streams;

/// <summary>A process that a block left behind and that could not be ended. The user has to remove it.</summary>
public sealed record StrayProcess
{
    internal StrayProcess()
    {
    }

    /// <summary>Its process id on <see cref="Host"/>.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The host that it runs on, as the author named it.</summary>
    public required string Host { get; init; }

    /// <summary>Its command line. Safe to print.</summary>
    public required string Command { get; init; }

    /// <summary>What it waits for in the kernel; empty if unknown. Safe to print.</summary>
    public string WaitChannel { get; init; } = "";

    /// <summary>The command that removes it, to be run by a person.</summary>
    public required string RemoveWith { get; init; }
}
