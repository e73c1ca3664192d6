namespace Streams.Remoting;

/// <summary>What the start script reported of a host. Validated and bounded; text is escaped for printing.</summary>
internal sealed record HostFacts
{
    public required string System { get; init; }

    public required string Architecture { get; init; }

    public required string Libc { get; init; }

    /// <summary>The dotnet executable that is used there; empty until decided.</summary>
    public string DotnetPath { get; init; } = "";

    /// <summary>Versions of Microsoft.NETCore.App found beside it.</summary>
    public IReadOnlyList<string> Runtimes { get; init; } = [];

    /// <summary>True if the runtime had to be brought along.</summary>
    public bool RuntimeSent { get; init; }

    /// <summary>Free space of the content store's file system, in bytes; -1 if unknown.</summary>
    public long FreeBytes { get; init; } = -1;

    /// <summary>How many bytes of files went over the connection in this start.</summary>
    public long BytesSent { get; init; }

    /// <summary>Names of the bundles whose files had to be sent in this start.</summary>
    public IReadOnlyList<string> Sent { get; init; } = [];
}
