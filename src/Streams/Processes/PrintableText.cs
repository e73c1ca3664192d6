using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Streams.Processes;

/// <summary>
/// Makes text that came from a block or a host safe to print: what a terminal or a CI system would obey becomes visible
/// instead (promise 54). Everything of theirs that reaches a console or an exception's message goes through here.
/// </summary>
internal static partial class PrintableText
{
    /// <summary>Several lines: line ends and tabs stay.</summary>
    public static string Clean(string text) => Clean(text, keepLines: true);

    /// <summary>One line, whatever is in it.</summary>
    public static string CleanLine(string text) => Clean(text, keepLines: false);

    // Commands of CI systems in the output of what they run: Azure, GitHub's older form and TeamCity take them anywhere in a
    // line, GitHub's newer form after white space only, Jenkins and GitLab the last. A backslash within is what breaks them.
    [GeneratedRegex(@"#(?=#(?:vso|teamcity|section|group|endgroup|command|debug|warning|error)?\[)|(?<=^[^\S\n]*):(?=:[a-z])|\[(?=\[ATTACHMENT\|)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CiCommand();

    private static string Clean(string text, bool keepLines)
    {
        var visible = ShowControls(text, keepLines);
        return visible.Contains("##", StringComparison.Ordinal) || visible.Contains("::", StringComparison.Ordinal) || visible.Contains("[[", StringComparison.Ordinal)
            ? CiCommand().Replace(visible, @"$&\")
            : visible;
    }

    private static string ShowControls(string text, bool keepLines)
    {
        StringBuilder? result = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                var safe = IsSafe(new Rune(text[i], text[i + 1]));
                result ??= safe ? null : new StringBuilder(text, 0, i, text.Length + 64);
                if (safe)
                    result?.Append(text, i, 2);
                else
                    result!.Append(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(text[i], text[i + 1]):x8}");
                i++;
                continue;
            }

            // A carriage return before a line end is a line end; alone it would overwrite the line.
            var isLineEnd = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            if (IsSafe(text[i]) || (keepLines && (text[i] is '\n' or '\t' || isLineEnd)))
            {
                result?.Append(text[i]);
                continue;
            }

            result ??= new StringBuilder(text, 0, i, text.Length + 64);
            AppendEscape(result, text[i]);
        }

        return result?.ToString() ?? text;
    }

    private static bool IsSafe(char character) => character switch
    {
        < ' ' or (>= '\u007f' and <= '\u009f') => false,
        '\u2028' or '\u2029' => false,
        '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => false,
        _ => !char.IsSurrogate(character),
    };

    // Tag characters are invisible and have been used to hide text.
    private static bool IsSafe(Rune rune) => rune.Value is < 0xE0000 or > 0xE007F;

    private static void AppendEscape(StringBuilder result, char character)
    {
        switch (character)
        {
            case '\n':
                result.Append("\\n");
                break;
            case '\r':
                result.Append("\\r");
                break;
            case '\t':
                result.Append("\\t");
                break;
            case '\u001b':
                result.Append("\\e");
                break;
            case < '\u0100':
                result.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}");
                break;
            default:
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                break;
        }
    }
}
