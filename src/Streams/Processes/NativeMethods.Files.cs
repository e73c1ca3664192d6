using System.Runtime.InteropServices;

namespace Streams.Processes;

internal static partial class NativeMethods
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_CREAT = 0x40;
    public const int O_NONBLOCK = 0x800;
    public const int O_APPEND = 0x400;
    public const int O_CLOEXEC = 0x80000;

    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    private const nint CloseRangeNumber = 436;
    private const int CloseRangeCloseOnExec = 4;
    private const int PunchHoleKeepSize = 0x02 | 0x01;
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasic = 0x7ff;

    /// <summary>Differs between processors, unlike its neighbours.</summary>
    public static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(LibC, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(LibC, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(LibC, EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);

    [LibraryImport(LibC, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport(LibC, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    /// <summary>Whether this user may run it.</summary>
    public static bool IsExecutable(string path) => Access(path, 1) == 0;

    [LibraryImport(LibC, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    /// <summary>Both ends are close-on-exec, so that no child that happens to start now inherits them.</summary>
    public static unsafe bool TryMakePipe(out int readEnd, out int writeEnd)
    {
        var ends = stackalloc int[2];
        var made = Pipe2(ends, O_CLOEXEC) == 0;
        (readEnd, writeEnd) = made ? (ends[0], ends[1]) : (-1, -1);
        return made;
    }

    /// <summary>Reads once, again when interrupted. Negative: failed.</summary>
    public static unsafe int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
                count = ReadCore(descriptor, start, (nuint)buffer.Length);
            while (count < 0 && Marshal.GetLastPInvokeError() == EINTR);
            return (int)count;
        }
    }

    public static unsafe bool TryWriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = WriteCore(descriptor, start + done, (nuint)(bytes.Length - done));
                if (count < 0 && Marshal.GetLastPInvokeError() != EINTR)
                    return false;
                done += (int)Math.Max(count, 0);
            }
        }

        return true;
    }

    /// <summary>
    /// No child inherits what this process inherited from whoever started it (a test runner's pipes, for example).
    /// Before Linux 5.11 there is no such call and they are inherited, as they would be without us.
    /// </summary>
    public static void SetInheritedDescriptorsCloseOnExec() => SystemCall(CloseRangeNumber, 3, int.MaxValue, CloseRangeCloseOnExec, 0);

    /// <summary>Gives the space of a part of a file back; the file's size and all offsets stay.</summary>
    public static bool TryPunchHole(int descriptor, long offset, long length) =>
        FileAllocate(descriptor, PunchHoleKeepSize, offset, length) == 0;

    /// <summary>What a path is, links not followed; null if it cannot be seen.</summary>
    public static FileStatus? Status(string path) => Status(AtFdCwd, path, AtSymlinkNoFollow);

    /// <summary>What an open descriptor is.</summary>
    public static FileStatus? Status(int descriptor) => Status(descriptor, "", AtEmptyPath);

    private static unsafe FileStatus? Status(int directory, string path, int flags)
    {
        var buffer = stackalloc byte[256];
        if (StatX(directory, path, flags, StatxBasic, buffer) != 0)
            return null;
        return new FileStatus(*(uint*)(buffer + 20), *(ushort*)(buffer + 28), *(long*)(buffer + 40), *(long*)(buffer + 48) * 512);
    }

    [LibraryImport(LibC, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport(LibC, EntryPoint = "pipe2", SetLastError = true)]
    private static unsafe partial int Pipe2(int* ends, int flags);

    [LibraryImport(LibC, EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint ReadCore(int descriptor, byte* buffer, nuint count);

    [LibraryImport(LibC, EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteCore(int descriptor, byte* buffer, nuint count);

    [LibraryImport(LibC, EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FileAllocate(int descriptor, int mode, long offset, long length);

    [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);
}

/// <summary>What <c>statx</c> tells that .NET does not: owner, type with mode, and the space really taken.</summary>
internal readonly record struct FileStatus(uint UserId, int Mode, long Size, long Allocated)
{
    public const int Fifo = 0x1000;
    public const int Link = 0xA000;
    public const int Socket = 0xC000;

    public int Type => Mode & 0xF000;
    public bool IsDirectory => Type == 0x4000;
    public bool IsRegularFile => Type == 0x8000;

    /// <summary>What it is, if neither directory nor regular file.</summary>
    public string Kind => Type switch
    {
        Link => "a symbolic link",
        Fifo => "a FIFO",
        Socket => "a socket",
        0x2000 or 0x6000 => "a device",
        _ => "no regular file",
    };

    public int Permissions => Mode & 0xFFF;
}
