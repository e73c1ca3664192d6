using System.Runtime.InteropServices;

namespace Streams.Processes;

internal static unsafe partial class NativeMethods
{
    public const short PollIn = 1;

    /// <summary>Waits until one of the descriptors has something to say, or for so long; -1 ms: for ever.</summary>
    public static bool Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
            return PollCore(first, (nuint)entries.Length, milliseconds) > 0;
    }

    [LibraryImport(LibC, EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCore(PollEntry* entries, nuint count, int milliseconds);
}

/// <summary>A descriptor to be polled; a negative one is passed over.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry(int descriptor, short events)
{
    public int Descriptor = descriptor;
    public short Events = events;
    public short Returned;

    public readonly bool IsReady => Returned != 0;
}
