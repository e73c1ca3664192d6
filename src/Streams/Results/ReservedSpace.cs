using Microsoft.Win32.SafeHandles;

namespace Streams.Results;

/// <summary>
/// A little of the disk, held back while there is some, so that a full disk leaves room to say that it is full. The file has
/// no name any more when it is held: nothing of it stays, whatever ends this process. Used by the writer's thread.
/// </summary>
internal sealed class ReservedSpace(string directory) : IDisposable
{
    // Room for the full results.json of some hundred blocks, or at least for the brief one.
    private static readonly int[] Sizes = [64 * 1024, 16 * 1024, 8 * 1024];

    private SafeFileHandle? _held;

    /// <summary>Holds back what can be had. Where the file system cannot do that, nothing is held.</summary>
    public void Hold()
    {
        foreach (var size in Sizes)
        {
            if (_held is null)
                TryHold(size);
        }
    }

    /// <summary>Gives it back to the disk, for what is to be written next.</summary>
    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }

    private void TryHold(int size)
    {
        var path = Path.Combine(directory, $".reserved.{Environment.ProcessId}.tmp");
        try
        {
            _held = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Delete, FileOptions.None, size);
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is a precaution; that the disk is full is said by those who have something to write.
        }
    }
}
