using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Streams.Agent;

/// <summary>What the agent alone needs of libc.</summary>
internal static partial class AgentNativeMethods
{
    private const int ClockBootTime = 7;
    private const short PollOut = 4;
    private const int AtEmptyPath = 0x1000;
    private const int AtSymlinkNoFollow = 0x100;
    private const int ReadOnlyNonBlockingCloseOnExec = 0x800 | 0x80000;

    /// <summary>These two flags differ between the architectures.</summary>
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    private static readonly int DirectoryFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Milliseconds since the host started, the time it slept included.</summary>
    public static long BootTimeMilliseconds()
    {
        if (clock_gettime(ClockBootTime, out var time) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return (time.Seconds * 1000) + (time.Nanoseconds / 1_000_000);
    }

    /// <summary>True if a write to this descriptor finds room now.</summary>
    public static bool HasRoom(int descriptor)
    {
        var poll = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
        return NativePoll(ref poll, 1, 0) == 1 && (poll.Returned & PollOut) != 0;
    }

    /// <summary>Opens a directory's own entry for reading, never through a link; null and the error number otherwise.</summary>
    public static SafeFileHandle? OpenAt(int directory, byte[] name, bool isDirectory, out int error)
    {
        var descriptor = openat(directory, name, ReadOnlyNonBlockingCloseOnExec | NoFollow | (isDirectory ? DirectoryFlag : 0));
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Stands for the working directory where a directory's descriptor is asked for.</summary>
    public const int CurrentDirectory = -100;

    /// <summary>Removes one entry.</summary>
    public static bool TryUnlink(int directory, byte[] name, bool isDirectory) => unlinkat(directory, name, isDirectory ? 0x200 : 0) == 0;

    /// <summary>Type and size of an entry, without opening it.</summary>
    public static unsafe bool TryStat(int directory, byte[] name, out int type, out long size)
    {
        var buffer = stackalloc byte[256];
        type = 0;
        size = 0;
        if (statx(directory, name, AtSymlinkNoFollow | (name[0] == 0 ? AtEmptyPath : 0), 0x201, buffer) != 0)
            return false;
        type = *(ushort*)(buffer + 28) & 0xF000;
        size = *(long*)(buffer + 40);
        return true;
    }

    /// <summary>The names in a directory, as bytes, each with its ending zero.</summary>
    public static unsafe List<byte[]> ReadNames(SafeFileHandle directory, int most)
    {
        var names = new List<byte[]>();
        var duplicate = dup((int)directory.DangerousGetHandle());
        var stream = duplicate < 0 ? IntPtr.Zero : fdopendir(duplicate);
        if (stream == IntPtr.Zero)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        try
        {
            // struct dirent of 64-bit glibc: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name.
            for (var entry = readdir(stream); entry != null && names.Count < most; entry = readdir(stream))
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19);
                if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                    continue;
                names.Add([.. name, 0]);
            }
        }
        finally
        {
            _ = closedir(stream);
        }

        return names;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpecification time);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int NativePoll(ref PollDescriptor descriptors, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int statx(int directory, byte[] name, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial IntPtr fdopendir(int descriptor);

    [LibraryImport("libc")]
    private static unsafe partial byte* readdir(IntPtr stream);

    [LibraryImport("libc")]
    private static partial int closedir(IntPtr stream);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
