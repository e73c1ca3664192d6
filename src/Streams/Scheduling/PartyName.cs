using System.Text;
using Streams.Processes;
using Streams.Results;

namespace Streams.Scheduling;

/// <summary>A block's name as a party at the sync server, whose names are short and of one line.</summary>
internal static class PartyName
{
    // The server's 128 bytes, less what the parties of the block's commands append.
    private const int Longest = 128 - 16;

    /// <summary><c>server/1-NetServer</c>; long names are cut, and get a mark of the whole.</summary>
    public static string Of(string stream, string block)
    {
        var name = PrintableText.CleanLine($"{stream}/{block}");
        return Encoding.UTF8.GetByteCount(name) <= Longest ? name : $"{Cut(PrintableText.CleanLine(stream))}/{Cut(PrintableText.CleanLine(block))}";
    }

    private static string Cut(string name)
    {
        const int half = (Longest / 2) - 1;
        if (Encoding.UTF8.GetByteCount(name) <= half)
            return name;
        var ending = "~" + SafeName.Mark(name);
        var kept = new StringBuilder();
        var bytes = ending.Length;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > half)
                break;
            kept.Append(rune.ToString());
        }

        return kept.Append(ending).ToString();
    }
}
