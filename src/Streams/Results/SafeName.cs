using System.Buffers;
using System.Globalization;
using System.Text;
using Streams.Wire;

namespace Streams.Results;

/// <summary>Turns any name into one that every file system takes, Windows' included.</summary>
internal static class SafeName
{
    public const int DefaultBytes = 100;

    // What most names are made of; nothing in them needs a look at each character.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_(), +=~.");
    private const string Forbidden = "<>:\"/\\|?*";

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$",
    };

    /// <summary>A safe form of the name; the name itself when it is safe already.</summary>
    public static string Make(string name, int maxBytes = DefaultBytes)
    {
        if (IsPlain(name) && name.Length <= maxBytes)
            return name;
        var safe = new StringBuilder(name.Length);
        // '##' begins commands of CI systems, and paths are printed.
        foreach (var rune in name.EnumerateRunes())
            safe.Append(!IsAllowed(rune) || (rune.Value == '#' && safe.Length > 0 && safe[^1] == '#') ? "_" : rune.ToString());
        ReplaceEnds(safe);
        if (IsReserved(safe.ToString()))
            safe.Insert(0, '_');
        var result = safe.ToString();
        return Encoding.UTF8.GetByteCount(result) <= maxBytes ? result : Shorten(result, name, maxBytes);
    }

    /// <summary>Equal for names that some file system takes for the same: letter case and Unicode normalisation aside.</summary>
    public static string Fold(string safeName) => safeName.Normalize(NormalizationForm.FormC).ToUpperInvariant();

    /// <summary>Short and stable mark of a text. Also made on hosts, hence not by the framework's hash.</summary>
    public static string Mark(string text)
    {
        var digest = new Sha256();
        digest.Append(Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(digest.Finish())[..6];
    }

    private static bool IsPlain(string name) =>
        name.Length > 0 && name[0] is not ('.' or ' ') && name[^1] is not ('.' or ' ') && !name.AsSpan().ContainsAnyExcept(Plain) && !IsReserved(name);

    private static bool IsAllowed(Rune rune) => rune != Rune.ReplacementChar
        && !Forbidden.Contains(rune.ToString(), StringComparison.Ordinal)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    // Windows drops trailing dots and spaces; a leading dot hides a name, and could be one of ours.
    private static void ReplaceEnds(StringBuilder name)
    {
        if (name.Length == 0)
            name.Append('_');
        for (var i = name.Length - 1; i >= 0 && name[i] is '.' or ' '; i--)
            name[i] = '_';
        if (name[0] is '.' or ' ')
            name[0] = '_';
    }

    // Reserved with any extension, and in the forms with a superscript digit.
    private static bool IsReserved(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var stem = (dot < 0 ? name : name[..dot]).TrimEnd();
        if (Reserved.Contains(stem))
            return true;
        return stem.Length == 4
            && (stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase))
            && (char.IsAsciiDigit(stem[3]) || stem[3] is '¹' or '²' or '³');
    }

    private static string Shorten(string safe, string original, int maxBytes)
    {
        var ending = "~" + Mark(original);
        var kept = new StringBuilder();
        var bytes = ending.Length;
        foreach (var rune in safe.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
                break;
            kept.Append(rune.ToString());
        }

        return kept.Append(ending).ToString();
    }
}
