namespace Streams.Results;

/// <summary>Writes a whole file so that readers see the old one or the new one, never a part.</summary>
internal static class AtomicFile
{
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        RealDirectory.Require(path);
        // Beside its target, for a rename works within one file system only.
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
                RandomAccess.Write(file, content, 0);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    // The disk may be full or the directory gone: what counts is the error that led here.
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
