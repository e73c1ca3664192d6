using System.Text;

namespace Streams.Processes;

/// <summary>The last lines of an output file that may be of any size, and may still grow.</summary>
internal static class OutputTail
{
    private const int MaxBytes = 256 * 1024;

    // The runtime prints the whole stack when it overflows: megabytes after the one line that says so.
    private const int MaxStack = 32 * 1024 * 1024;
    private const int MostOfStack = 64 * 1024; // its innermost frames stand first
    private static readonly byte[] Overflow = "\nStack overflow.\n"u8.ToArray();

    /// <summary>The last lines, raw; empty if there are none or the file cannot be read. For messages, see <see cref="PrintableText"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Nothing in front of this is looked at: it is another block's.</param>
    /// <param name="lines">How many lines at most.</param>
    /// <param name="untilDeath">True: if a stack overflow was printed, however long ago, the lines from there on.</param>
    public static IReadOnlyList<string> Read(string path, long offset = 0, int lines = 10, bool untilDeath = false)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var end = RandomAccess.GetLength(file);
            offset = Math.Max(offset, 0);
            var start = Math.Max(offset, end - MaxBytes);
            var most = MaxBytes;
            if (start > offset && untilDeath && StartOfDeath(file, Math.Max(offset, end - MaxStack), end) is { } death)
                (start, most) = (death, MostOfStack);
            if (start >= end)
                return [];
            var buffer = new byte[Math.Min(end - start, most)];
            var length = RandomAccess.Read(file, buffer, start);
            return LastLines(buffer.AsSpan(0, length), startsInside: start > offset && !IsLineStart(file, start), lines);
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

    private static bool IsLineStart(Microsoft.Win32.SafeHandles.SafeFileHandle file, long at)
    {
        Span<byte> before = stackalloc byte[1];
        return at == 0 || (RandomAccess.Read(file, before, at - 1) == 1 && before[0] == (byte)'\n');
    }

    /// <summary>Where the line stands with which the runtime begins to print an overflown stack, the last one; null: nowhere.</summary>
    private static long? StartOfDeath(Microsoft.Win32.SafeHandles.SafeFileHandle file, long from, long end)
    {
        var buffer = new byte[MaxBytes + Overflow.Length];
        for (var at = Math.Max(from, end - MaxBytes); ; at = Math.Max(from, at - MaxBytes))
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (buffer.AsSpan(0, read).LastIndexOf(Overflow) is >= 0 and var found)
                return at + found + 1;
            if (at == from)
                return read >= Overflow.Length - 1 && buffer.AsSpan(0, read).StartsWith(Overflow.AsSpan(1)) ? at : null;
        }
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
