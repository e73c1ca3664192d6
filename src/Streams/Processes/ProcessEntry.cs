using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Streams.Processes;

/// <summary>One line of the process table: what <c>/proc/PID/stat</c> says.</summary>
internal readonly record struct ProcessEntry(int ProcessId, int Parent, int Group, int Session, char State, int Threads, ulong StartTicks)
{
    [ThreadStatic]
    private static byte[]? _buffer;

    public ProcessIdentity Identity => new(ProcessId, StartTicks);

    /// <summary>A zombie, unless only its first thread has ended.</summary>
    public bool IsDead => State is 'Z' or 'X' && Threads <= 1;

    public string Command => CommandOf(ProcessId);

    /// <summary>What the process waits for in the kernel; empty if unknown.</summary>
    public string WaitChannel
    {
        get
        {
            var text = ProcFile.ReadText($"/proc/{ProcessId}/wchan").Trim();
            return text == "0" ? "" : text;
        }
    }

    public static bool TryRead(int processId, out ProcessEntry entry)
    {
        _buffer ??= new byte[4096];
        var length = ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"), ref _buffer);
        entry = default;
        return length > 0 && TryParse(processId, _buffer.AsSpan(0, length), out entry);
    }

    /// <summary>All processes that can be seen.</summary>
    public static List<ProcessEntry> ReadAll()
    {
        var entries = new List<ProcessEntry>(256);
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(path.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
                && TryRead(processId, out var entry))
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Whether the process was started with this text in its environment.</summary>
    public bool EnvironmentContains(ReadOnlySpan<byte> text)
    {
        var length = ReadEnvironment();
        return length > 0 && _buffer.AsSpan(0, length).IndexOf(text) >= 0;
    }

    /// <summary>The environment's size in bytes; -1 if it cannot be read, which is so for processes of other users.</summary>
    public int ReadEnvironment()
    {
        _buffer ??= new byte[4096];
        return ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}/environ"), ref _buffer);
    }

    private static string CommandOf(int processId)
    {
        var buffer = new byte[1024];
        var length = ProcFile.Read($"/proc/{processId}/cmdline", ref buffer);
        if (length > 0)
            return Encoding.UTF8.GetString(buffer, 0, length).TrimEnd('\0').Replace('\0', ' ');
        return $"[{ProcFile.ReadText($"/proc/{processId}/comm").Trim()}]";
    }

    private static bool TryParse(int processId, ReadOnlySpan<byte> line, out ProcessEntry entry)
    {
        // "pid (name) S ppid pgrp session ...": the name may hold blanks and brackets, hence the last bracket.
        entry = default;
        var end = line.LastIndexOf((byte)')');
        if (end < 0 || end + 2 >= line.Length)
            return false;
        var rest = line[(end + 2)..];
        var state = (char)rest[0];
        int parent = 0, group = 0, session = 0, threads = 0;
        ulong start = 0;
        var field = 3;
        foreach (var range in rest.Split((byte)' '))
        {
            var text = rest[range];
            var number = field == 22 ? Utf8Parser.TryParse(text, out start, out _)
                : field == 4 ? Utf8Parser.TryParse(text, out parent, out _)
                : field == 5 ? Utf8Parser.TryParse(text, out group, out _)
                : field == 6 ? Utf8Parser.TryParse(text, out session, out _)
                : field != 20 || Utf8Parser.TryParse(text, out threads, out _);
            if (!number)
                return false;
            if (field++ == 22)
                break;
        }

        entry = new ProcessEntry(processId, parent, group, session, state, threads, start);
        return field > 22;
    }
}
