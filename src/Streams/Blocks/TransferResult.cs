namespace Streams;

/// <summary>What an upload or a download has brought.</summary>
public sealed record TransferResult
{
    /// <summary>Files that were written.</summary>
    public required long Files { get; init; }

    /// <summary>Directories that were made, or were there already.</summary>
    public required long Directories { get; init; }

    /// <summary>Content of all files, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What was left alone, and what it is: links, FIFOs, sockets and devices in a directory. The first twenty.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>How many were left alone.</summary>
    public required long LeftOutCount { get; init; }

    /// <summary>In one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Bytes:N0} bytes in {Files:N0} files and {Directories:N0} directories{(LeftOutCount > 0 ? $", {LeftOutCount:N0} left out" : "")}");
}
