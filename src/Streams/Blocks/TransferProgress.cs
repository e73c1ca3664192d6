namespace Streams;

/// <summary>How far an upload or a download is: what its receiver has confirmed.</summary>
/// <param name="Bytes">Content that is there.</param>
/// <param name="TotalBytes">Content that was to be sent when it began.</param>
/// <param name="Files">Files that are complete.</param>
/// <param name="TotalFiles">Files that were to be sent when it began.</param>
public sealed record TransferProgress(long Bytes, long TotalBytes, long Files, long TotalFiles);
