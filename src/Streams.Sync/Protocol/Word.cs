using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Streams.Sync.Protocol;

/// <summary>One word of a line: visible ASCII, everything else as %XX of its UTF-8.</summary>
internal static class Word
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!\"#$&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Writes text as one word; also "," and "=" are escaped, so that a name can stand in lists and options.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value < 0x80 && Plain.Contains((char)value))
                encoded.Append((char)value);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }
        return encoded.ToString();
    }

    /// <summary>The bytes of a word of visible ASCII with %XX; false for anything else, or for more than <paramref name="limit"/> bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> word, int limit, out byte[] bytes)
    {
        bytes = [];
        if (word.IndexOf((byte)'%') < 0)
        {
            if (word.Length > limit || word.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
                return false;
            bytes = word.ToArray();
            return true;
        }
        var decoded = new ArrayBufferWriter<byte>(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var value = word[i];
            if (value == '%')
            {
                if (i + 2 >= word.Length || !byte.TryParse(word.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                    return false;
                i += 2;
            }
            else if (value is < 0x21 or > 0x7E)
            {
                return false;
            }
            decoded.Write([value]);
        }
        if (decoded.WrittenCount > limit)
            return false;
        bytes = decoded.WrittenSpan.ToArray();
        return true;
    }

    /// <summary>name, key, client, id = 1*128( %x21-7E except "," "=" "%" / "%" 2HEX ), decoded valid UTF-8 without control characters.</summary>
    public static bool TryName(ReadOnlySpan<byte> word, out string name)
    {
        name = "";
        if (IsPlain(word))
        {
            name = Encoding.ASCII.GetString(word);
            return true;
        }
        if (word.IsEmpty || word.ContainsAny((byte)',', (byte)'=') || !TryDecode(word, SyncLimits.MaxName, out var bytes) || !Utf8.IsValid(bytes))
            return false;
        name = Encoding.UTF8.GetString(bytes);
        foreach (var character in name)
        {
            if (char.IsControl(character))
                return false;
        }
        return true;
    }

    /// <summary>Whether a word stands for itself and is a name.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> word) =>
        word.Length is > 0 and <= SyncLimits.MaxName && !word.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) && !word.ContainsAny((byte)',', (byte)'=', (byte)'%');

    /// <summary>Text of at most 4,096 bytes; bytes that are not UTF-8 become U+FFFD, for it is only shown to people.</summary>
    public static bool TryText(ReadOnlySpan<byte> word, out string text)
    {
        text = "";
        if (!TryDecode(word, SyncLimits.MaxText, out var bytes))
            return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
