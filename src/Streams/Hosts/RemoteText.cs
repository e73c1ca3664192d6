using System.Globalization;
using System.Text;

namespace Streams.Hosts;

/// <summary>Makes text that came from a host, or from ssh, safe to print: nothing in it can drive a terminal.</summary>
internal static class RemoteText
{
    /// <summary>Replaces control, direction and line separator characters by visible escapes; keeps tab and newline.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var clean = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(c).Append(text[++i]);
            else if (c is '\t' or '\n' || !IsUnsafe(c))
                clean.Append(c);
            else
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return clean.ToString();
    }

    private static bool IsUnsafe(char c) =>
        char.IsControl(c) || char.IsSurrogate(c)
        || c is '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c'
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
