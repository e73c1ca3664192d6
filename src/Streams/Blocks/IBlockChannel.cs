using Microsoft.Extensions.Logging;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>What a running block has of its worker: where its log lines and whiteboard go, and where its sockets may lie.</summary>
internal interface IBlockChannel
{
    void Log(LogLevel level, string text);

    void Whiteboard(string text);

    /// <summary>A figure that the block measured.</summary>
    void Measure(string name, double value, string unit);

    /// <summary>A block with set-up and tear-down enters one of its parts.</summary>
    void EnterPart(WirePart part);

    /// <summary>A private (0700) directory with a path short enough for sockets; null: there is none.</summary>
    string? PrivateDirectory { get; }

    /// <summary>True if the block runs in the test's own process, and not in a worker's.</summary>
    bool IsInProcess => false;

    /// <summary>From now on the block's commands can be parties at the sync server themselves.</summary>
    void SharesSync();
}
