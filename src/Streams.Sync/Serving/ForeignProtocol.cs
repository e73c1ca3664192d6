using Streams.Sync.Protocol;

namespace Streams.Sync.Serving;

/// <summary>Recognises clients of other protocols by their first line, before it is parsed.</summary>
internal static class ForeignProtocol
{
    /// <summary>The code of refusals that are not said: a browser or a TLS client could make nothing of them.</summary>
    public const string Silence = "";

    public static void Check(ReadOnlySpan<byte> firstLine)
    {
        if (firstLine.StartsWith("\x16\x03"u8) || firstLine.IndexOf(" HTTP/1."u8) > 0)
            throw new BadLineException(Silence, "another protocol", close: true);
        if (firstLine.StartsWith("SSH-"u8))
            throw new BadLineException("text", "this is not ssh", close: true);
    }
}
