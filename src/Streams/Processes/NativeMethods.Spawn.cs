using System.Runtime.InteropServices;

namespace Streams.Processes;

internal static unsafe partial class NativeMethods
{
    /// <summary>Into the group that the attributes name: 0, a new one.</summary>
    public const short SpawnSetGroup = 0x02;

    public const short SpawnSetSignalDefault = 0x04;
    public const short SpawnSetSignalMask = 0x08;
    public const short SpawnNewSession = 0x80;

    [LibraryImport(LibC, EntryPoint = "posix_spawn")]
    public static partial int Spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int SpawnActionsInitialise(byte* actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int SpawnActionsDestroy(byte* actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int SpawnActionsAddDuplicate(byte* actions, int from, int to);

    // glibc 2.29; Spawner has a way around it.
    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int SpawnActionsAddChangeDirectory(byte* actions, byte* path);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_init")]
    public static partial int SpawnAttributesInitialise(byte* attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int SpawnAttributesDestroy(byte* attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SpawnAttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SpawnAttributesSetSignalMask(byte* attributes, byte* signals);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SpawnAttributesSetSignalDefault(byte* attributes, byte* signals);

    [LibraryImport(LibC, EntryPoint = "sigemptyset")]
    public static partial int EmptySignalSet(byte* signals);

    [LibraryImport(LibC, EntryPoint = "sigfillset")]
    public static partial int FullSignalSet(byte* signals);
}
