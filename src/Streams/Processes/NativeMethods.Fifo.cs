using System.Runtime.InteropServices;

namespace Streams.Processes;

internal static partial class NativeMethods
{
    public const int O_RDWR = 2;

    [LibraryImport(LibC, EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFifo(string path, uint mode);
}
