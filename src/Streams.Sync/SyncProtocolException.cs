namespace Streams.Sync;

/// <summary>The other side refused what was sent (its code and words are kept), or does not speak the protocol.</summary>
public sealed class SyncProtocolException : SyncException
{
    /// <summary>Creates the exception.</summary>
    public SyncProtocolException(string message, string code, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The code word of the refusal, such as <c>auth</c>, <c>name</c> or <c>conflict</c>.</summary>
    public string Code { get; }
}
