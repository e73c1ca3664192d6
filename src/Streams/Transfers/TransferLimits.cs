namespace Streams.Transfers;

/// <summary>Bounds of one transfer, whatever the other side says.</summary>
internal static class TransferLimits
{
    public const int MostEntries = 100_000;
    public const int MostLevels = 64;
    public const int LongestPath = 4096;
    public const int LongestName = 255;
    public const int MostTold = 20;
    public const long MostBytes = 256L << 30;

    /// <summary>Files of the kernel's own say that they are empty.</summary>
    public const int MostOfUnknownSize = 1024 * 1024;

    /// <summary>Content of one message, a little more or less.</summary>
    public const int PartSize = 128 * 1024;
}
