using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Streams.Processes;

/// <content>Entries of an open directory, by names that are bytes and need not be text; no link can lead out of it.</content>
internal static unsafe partial class NativeMethods
{
    public const int EACCES = 13;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int ELOOP = 40;

    /// <summary>In place of a directory: the name is a path.</summary>
    public static readonly SafeFileHandle NoDirectory = new(AtFdCwd, ownsHandle: false);

    /// <summary>Differs between processors, unlike its neighbours.</summary>
    public static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public static int O_EXCL => 0x80;

    /// <summary>Null: failed, see the last error.</summary>
    public static SafeFileHandle? OpenEntry(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mode = 0)
    {
        fixed (byte* start = Terminated(name))
        {
            var descriptor = OpenAt(Number(directory), start, flags | O_CLOEXEC, mode);
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    /// <summary>What an entry is; null if it cannot be seen.</summary>
    public static FileStatus? EntryStatus(SafeFileHandle directory, ReadOnlySpan<byte> name, bool followLink = false)
    {
        var buffer = stackalloc byte[256];
        fixed (byte* start = Terminated(name))
        {
            if (StatXBytes(Number(directory), start, followLink ? 0 : AtSymlinkNoFollow, StatxBasic, buffer) != 0)
                return null;
        }

        return new FileStatus(*(uint*)(buffer + 20), *(ushort*)(buffer + 28), *(long*)(buffer + 40), *(long*)(buffer + 48) * 512);
    }

    public static FileStatus? Status(SafeFileHandle open) => Status(Number(open));

    public static bool TryMakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* start = Terminated(name))
            return MakeDirectoryAt(Number(directory), start, mode) == 0;
    }

    /// <summary>Both names are of this directory; what the second one named is gone.</summary>
    public static bool TryRename(SafeFileHandle directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* old = Terminated(from), now = Terminated(to))
            return RenameAt(Number(directory), old, Number(directory), now) == 0;
    }

    public static bool TryRemoveFile(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* start = Terminated(name))
            return UnlinkAt(Number(directory), start, 0) == 0;
    }

    public static bool TrySetMode(SafeFileHandle open, uint mode) => ChangeMode(Number(open), mode) == 0;

    /// <summary>The names in a directory, in no order; null: it cannot be read. At most one more than asked for.</summary>
    public static List<byte[]>? EntryNames(SafeFileHandle directory, int most)
    {
        var duplicate = DuplicateDescriptor(Number(directory));
        var stream = duplicate < 0 ? 0 : OpenDirectoryStream(duplicate);
        if (stream == 0)
            return null;
        RewindDirectory(stream);
        var names = new List<byte[]>();
        // struct dirent of 64-bit glibc: d_ino 8, d_off 8, d_reclen 2, d_type 1, d_name.
        for (var entry = ReadDirectory(stream); entry != null && names.Count <= most; entry = ReadDirectory(stream))
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                names.Add(name.ToArray());
        }

        _ = CloseDirectory(stream);
        return names;
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    [LibraryImport(LibC, EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(int directory, byte* name, int flags, uint mode);

    [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatXBytes(int directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport(LibC, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MakeDirectoryAt(int directory, byte* name, uint mode);

    [LibraryImport(LibC, EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport(LibC, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(int directory, byte* name, int flags);

    [LibraryImport(LibC, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport(LibC, EntryPoint = "dup", SetLastError = true)]
    private static partial int DuplicateDescriptor(int descriptor);

    [LibraryImport(LibC, EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint OpenDirectoryStream(int descriptor);

    [LibraryImport(LibC, EntryPoint = "rewinddir")]
    private static partial void RewindDirectory(nint stream);

    [LibraryImport(LibC, EntryPoint = "readdir")]
    private static partial byte* ReadDirectory(nint stream);

    [LibraryImport(LibC, EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint stream);
}
