using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Streams.Sync.Serving;

/// <summary>What Linux offers to learn which of many sockets can be read.</summary>
internal static partial class NativeMethods
{
    public const int Add = 1;
    public const int Delete = 2;
    public const uint Readable = 1;
    public const int CloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle epoll, int operation, SafeHandle file, ReadOnlySpan<byte> interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int Wait(SafeFileHandle epoll, Span<byte> events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint length);
}
