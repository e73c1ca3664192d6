using Microsoft.Extensions.Logging;
using Streams.Wire;

namespace Streams.Blocks;

/// <summary>What an executor tells while a block runs. Implementations must not block.</summary>
internal interface IBlockEvents
{
    /// <summary>The worker said that the block runs.</summary>
    void Started();

    /// <summary>A line that the block logged. Raw: not escaped yet.</summary>
    void Logged(DateTimeOffset workerTime, LogLevel level, string text);

    /// <summary>The block's whiteboard has a new text.</summary>
    void WhiteboardChanged(string text);

    /// <summary>The block's commands may come to barriers as parties of their own from now on.</summary>
    void SharesSync();

    /// <summary>A figure that the block measured. Name and unit are raw: not escaped yet.</summary>
    void Measured(DateTimeOffset workerTime, string name, double value, string unit);

    /// <summary>A block with set-up and tear-down has entered one of its parts.</summary>
    void PartEntered(WirePart part);

    /// <summary>
    /// The block's host cannot be reached for now, or can be again. Meanwhile nobody knows whether the block lives: that is
    /// told by its verdict.
    /// </summary>
    void LinkChanged(bool isAway)
    {
    }

    /// <summary>So much of an upload or download is there.</summary>
    void Transferred(TransferProgress progress)
    {
    }

    /// <summary>Raw output (standard output and error, in order) at this offset of the block's output.</summary>
    void Output(long offset, ReadOnlySpan<byte> data);

    /// <summary>So many bytes of output at this offset are left out, for the output passed its quota.</summary>
    void OutputLeftOut(long offset, long bytes);

    /// <summary>
    /// A file of the block's directory on another host, in chunks. The name is relative, in bytes as on the host and not
    /// validated yet. <paramref name="refused"/> tells why a file was not sent.
    /// </summary>
    void FileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused);

    /// <summary>
    /// The same for a file of the streams that the block itself had: its name is relative to the block's directory and begins
    /// with that of a nested collection.
    /// </summary>
    void NestedFileChunk(ReadOnlySpan<byte> name, long offset, ReadOnlySpan<byte> data, bool last, ReadOnlySpan<byte> sha256, string? refused)
    {
    }
}
