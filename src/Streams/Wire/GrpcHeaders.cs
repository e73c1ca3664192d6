using System.Globalization;
using System.Text;

namespace Streams.Wire;

/// <summary>Names and encodings of the headers and trailers of gRPC.</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>Longest status message that is sent, before its encoding.</summary>
    private const int MaxMessage = 4096;

    /// <summary>True for "application/grpc" and "application/grpc+proto", with or without parameters.</summary>
    public static bool IsGrpc(string? contentType)
    {
        var media = contentType.AsSpan();
        if (media.IndexOf(';') is var end and >= 0)
            media = media[..end];
        media = media.Trim();
        return media.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || media.Equals("application/grpc+proto", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Percent-Encoded = 1*(unencoded / "%" 2HEXDIG); unencoded = %x20-24 / %x26-7E, over UTF-8.</summary>
    public static string EncodeMessage(string message)
    {
        if (message.Length > MaxMessage)
            message = message[..MaxMessage] + "...";
        var encoded = new StringBuilder(message.Length);
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7E and not (byte)'%')
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>Decodes what can be decoded and keeps the rest, as the specification asks.</summary>
    public static string DecodeMessage(string encoded)
    {
        if (!encoded.Contains('%', StringComparison.Ordinal))
            return encoded;
        var raw = System.Text.Encoding.UTF8.GetBytes(encoded);
        var count = 0;
        for (var i = 0; i < raw.Length; i++, count++)
        {
            raw[count] = raw[i];
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                raw[count] = (byte)((Convert.FromHexString([(char)raw[i + 1], (char)raw[i + 2]]))[0]);
                i += 2;
            }
        }

        return System.Text.Encoding.UTF8.GetString(raw, 0, count);
    }

    /// <summary>TimeoutValue = 1*8DIGIT, TimeoutUnit = H / M / S / m / u / n.</summary>
    public static string FormatTimeout(TimeSpan timeout)
    {
        var microseconds = Math.Max(0, timeout.Ticks / TimeSpan.TicksPerMicrosecond);
        if (microseconds <= 99_999_999)
            return string.Create(CultureInfo.InvariantCulture, $"{microseconds}u");
        var milliseconds = microseconds / 1000;
        if (milliseconds <= 99_999_999)
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m");
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Min(milliseconds / 1000, 99_999_999)}S");
    }

    /// <summary>Reads what <see cref="FormatTimeout"/> writes, in any unit.</summary>
    public static bool TryParseTimeout(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        long? ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticks is null)
            return false;
        timeout = text[^1] == 'n' ? TimeSpan.FromTicks(value / 100) : TimeSpan.FromTicks(value * ticks.Value);
        return true;
    }
}
