using System.Text;

namespace Streams.Processes;

/// <summary>The last lines of an output file that may be of any size, and may still grow.</summary>
internal static class OutputTail
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>The last lines, raw; empty if there are none or the file cannot be read. For messages, see <see cref="PrintableText"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Nothing in front of this is looked at: it is another block's.</param>
    /// <param name="lines">How many lines at most.</param>
    public static IReadOnlyList<string> Read(string path, long offset = 0, int lines = 10)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var end = RandomAccess.GetLength(file);
            var start = Math.Max(Math.Max(offset, 0), end - MaxBytes);
            if (start >= end)
                return [];
            var buffer = new byte[end - start];
            var length = RandomAccess.Read(file, buffer, start);
            return LastLines(buffer.AsSpan(0, length), startsInside: start > offset, lines);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // evidence for a message about something else, which matters more
        }
    }

    /// <summary>The last lines of output that was cut out of something longer, raw.</summary>
    public static IReadOnlyList<string> LastLines(ReadOnlySpan<byte> output, int lines)
    {
        var isCut = output.Length > MaxBytes;
        output = isCut ? output[^MaxBytes..] : output;
        return output.IsEmpty ? [] : LastLines(output, isCut, lines);
    }

    private static List<string> LastLines(ReadOnlySpan<byte> bytes, bool startsInside, int lines)
    {
        if (startsInside && bytes.IndexOf((byte)'\n') is >= 0 and var first && first + 1 < bytes.Length)
            bytes = bytes[(first + 1)..];
        if (bytes.EndsWith("\n"u8))
            bytes = bytes[..^1];
        var found = new List<string>();
        while (found.Count < lines)
        {
            var before = bytes.LastIndexOf((byte)'\n');
            found.Add(Encoding.UTF8.GetString(bytes[(before + 1)..]).TrimEnd('\r'));
            if (before < 0)
                break;
            bytes = bytes[..before];
        }

        found.Reverse();
        return found;
    }
}
