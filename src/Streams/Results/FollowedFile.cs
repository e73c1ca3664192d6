using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Streams.Results;

/// <summary>Reads a file that the record's writer appends to, line by line, until nothing more can come.</summary>
/// <param name="path">The file; it may not be there yet, or never come.</param>
/// <param name="finished">Completes when whoever writes has nothing more to say.</param>
/// <param name="flush">Completes when all that was said is in the file.</param>
internal sealed class FollowedFile(string path, Task finished, Func<Task> flush)
{
    private const int LongestLine = 64 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly List<byte> _begun = [];
    private readonly byte[] _buffer = new byte[16 * 1024];
    private long _position;

    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        SafeFileHandle? file = null;
        try
        {
            for (var isWhole = false; ;)
            {
                file ??= File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
                for (var lines = Read(file); lines is not null; lines = Read(file))
                {
                    foreach (var line in lines)
                        yield return line;
                }

                if (isWhole)
                    break;
                await Task.WhenAny(finished, Task.Delay(Interval, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                isWhole = finished.IsCompleted;
                if (isWhole)
                    await flush().WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_begun.Count > 0)
                yield return Take();
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The lines of the next piece, perhaps none; null: there is no piece yet.</summary>
    private List<string>? Read(SafeFileHandle? file)
    {
        var count = file is null ? 0 : RandomAccess.Read(file, _buffer, _position);
        if (count == 0)
            return null;
        _position += count;
        var lines = new List<string>();
        foreach (var value in _buffer.AsSpan(0, count))
        {
            if (value != (byte)'\n')
                _begun.Add(value);
            if (value == (byte)'\n' || _begun.Count == LongestLine)
                lines.Add(Take());
        }

        return lines;
    }

    private string Take()
    {
        var line = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_begun)).TrimEnd('\r');
        _begun.Clear();
        return line;
    }
}
