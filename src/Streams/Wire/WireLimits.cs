namespace Streams.Wire;

/// <summary>Bounds of everything that crosses a process or host border. Checked before memory is taken.</summary>
internal static class WireLimits
{
    /// <summary>Version of the worker, supervisor and agent protocols.</summary>
    public const uint Protocol = 1;

    /// <summary>Largest frame between controller, supervisor and worker: captures and results may take 16 MiB.</summary>
    public const int MaxFrame = 17 * 1024 * 1024;

    /// <summary>Largest encoded capture set or result.</summary>
    public const int MaxValue = 16 * 1024 * 1024;

    /// <summary>Longest text of an exception's message or stack trace; the rest is cut and said so.</summary>
    public const int MaxErrorText = 64 * 1024;

    /// <summary>Deepest chain of inner exceptions.</summary>
    public const int MaxErrorDepth = 16;

    /// <summary>Longest single log line of a block.</summary>
    public const int MaxLogText = 64 * 1024;

    /// <summary>Largest piece of output or file content in one message.</summary>
    public const int MaxChunk = 64 * 1024;

    /// <summary>Bytes of one relayed sync connection that may be under way in one direction.</summary>
    public const int ChannelWindow = 1024 * 1024;
}
