using Microsoft.Extensions.Logging;

namespace Streams.Blocks;

/// <summary>Where a running block's log lines and whiteboard go.</summary>
internal interface IBlockChannel
{
    void Log(LogLevel level, string text);

    void Whiteboard(string text);
}
