using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Streams.Hosts;

/// <summary>Fingerprints of keys in known_hosts, as ssh names their lines: both are shown where one does not fit.</summary>
internal static partial class KnownHostKey
{
    private const int MaxLines = 100_000;

    /// <summary>The fingerprint of the key that ssh's line "Offending ED25519 key in FILE:LINE" means; null if it cannot be read.</summary>
    public static string? Fingerprint(string? offending)
    {
        if (offending is null || OffendingLine().Match(offending) is not { Success: true } match)
            return null;
        try
        {
            var number = int.Parse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            var words = File.ReadLines(match.Groups["file"].Value).Take(MaxLines).ElementAtOrDefault(number - 1)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is [_, _, var key, ..] ? "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(key))).TrimEnd('=') : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null; // The message still names file and line.
        }
    }

    [GeneratedRegex(@"^Offending .*key in (?<file>.+):(?<line>\d{1,6})$", RegexOptions.ExplicitCapture)]
    private static partial Regex OffendingLine();
}
