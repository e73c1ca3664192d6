namespace Streams.Sync.Protocol;

/// <summary>The figures that both sides of the protocol keep to.</summary>
internal static class SyncLimits
{
    public const int Version = 1;
    public const int MaxLine = 8192;
    public const int MaxName = 128;
    public const int MaxCount = 999_999;
    public const int MaxInlineData = 4096;
    public const int MaxText = 4096;
    public const int MaxGather = 1 << 20;
    public const int MaxValue = 16 << 20;
    public const int MaxQueuedLines = 1 << 20;
    public const int RememberedArrivals = 128;
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(86_400);
}
