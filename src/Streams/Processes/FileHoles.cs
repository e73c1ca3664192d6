using Microsoft.Win32.SafeHandles;

namespace Streams.Processes;

/// <summary>
/// Tells what was taken out of an output file from what was printed: both read as zeros. To be asked after reading, for what
/// is a hole once stays one.
/// </summary>
internal static class FileHoles
{
    /// <summary>How many of the bytes that were read from there are real, up to the first hole.</summary>
    public static int RealBytes(SafeFileHandle file, long offset, int count)
    {
        var hole = Seek(file, offset, NativeMethods.SEEK_HOLE);
        return hole < 0 ? count : (int)Math.Clamp(hole - offset, 0, count); // negative: a file system without holes
    }

    /// <summary>Where the next real byte is; the file's end if there is none.</summary>
    public static long NextData(SafeFileHandle file, long offset)
    {
        var data = Seek(file, offset, NativeMethods.SEEK_DATA);
        return data < 0 ? RandomAccess.GetLength(file) : data;
    }

    private static long Seek(SafeFileHandle file, long offset, int whence)
    {
        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return NativeMethods.Seek((int)file.DangerousGetHandle(), offset, whence);
        }
        finally
        {
            if (isHeld)
                file.DangerousRelease();
        }
    }
}
