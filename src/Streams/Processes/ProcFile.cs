using System.Text;

namespace Streams.Processes;

/// <summary>Small kernel files, read and written with plain system calls: they come and go, and have no length.</summary>
internal static class ProcFile
{
    // The kernel's own bound on arguments plus environment is a quarter of the stack limit: 2 MiB as a rule.
    private const int MaxSize = 4 * 1024 * 1024;

    /// <summary>The whole file in <paramref name="buffer"/>, which grows as needed; -1 if it cannot be read.</summary>
    public static int Read(string path, ref byte[] buffer)
    {
        var descriptor = NativeMethods.Open(path, NativeMethods.O_RDONLY | NativeMethods.O_CLOEXEC, 0);
        if (descriptor < 0)
            return -1;
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (length >= MaxSize)
                        return length;
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var count = NativeMethods.Read(descriptor, buffer.AsSpan(length));
                if (count <= 0)
                    return count < 0 && length == 0 ? -1 : length;
                length += count;
            }
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
        }
    }

    /// <summary>The file's text; empty if it cannot be read.</summary>
    public static string ReadText(string path)
    {
        var buffer = new byte[1024];
        var length = Read(path, ref buffer);
        return length <= 0 ? "" : Encoding.UTF8.GetString(buffer, 0, length);
    }

    public static bool TryWrite(string path, string text)
    {
        var descriptor = NativeMethods.Open(path, NativeMethods.O_WRONLY | NativeMethods.O_CLOEXEC, 0);
        if (descriptor < 0)
            return false;
        try
        {
            return NativeMethods.TryWriteAll(descriptor, Encoding.UTF8.GetBytes(text));
        }
        finally
        {
            _ = NativeMethods.Close(descriptor);
        }
    }
}
