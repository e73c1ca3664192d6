using System.Runtime.InteropServices;

namespace Streams.Processes;

/// <summary>The calls into libc that .NET has no API for. One file per subject.</summary>
internal static partial class NativeMethods
{
    private const string LibC = "libc";

    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int ECHILD = 10;
    public const int EEXIST = 17;

    /// <summary>The system's words for an error number.</summary>
    public static string ErrorText(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    // For calls that old C libraries have no name for. The numbers used here are the same on x86-64 and arm64.
    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);
}
