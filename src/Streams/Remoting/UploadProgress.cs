namespace Streams.Remoting;

/// <summary>What the attempts of one start have brought to the host so far.</summary>
internal sealed class UploadProgress
{
    /// <summary>Bytes that are safe in the host's store: the next attempt does not send them again.</summary>
    public long Stored { get; set; }
}
