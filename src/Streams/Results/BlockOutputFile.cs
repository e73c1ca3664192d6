using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Streams.Results;

/// <summary>
/// <c>output.log</c>: what a block printed, byte for byte, with a line in place of what is missing. Used by the writer's thread.
/// </summary>
internal sealed class BlockOutputFile(string path, RecordHealth health) : IDisposable
{
    private const int TailBytes = 8 * 1024;
    private readonly byte[] _tail = new byte[TailBytes];
    private int _tailLength;
    private SafeFileHandle? _file;
    private long _length;
    private bool _atLineStart = true;

    // Bytes that the disk did not take, and that no line in the file speaks of yet.
    private long _unwritten;

    // The block's own offset up to which the output is here, or known to be missing.
    private long _received;

    /// <summary>Bytes that are missing in the file.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Takes a piece of output. What came before already is left alone; a hole is said.</summary>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (offset > _received)
            Gap(offset - _received);
        var known = (int)Math.Min(_received - offset, data.Length);
        data = data[known..];
        if (data.IsEmpty)
            return;
        _received += data.Length;
        Remember(data);
        if (_unwritten > 0)
            AppendGap(0);
        if (_unwritten == 0 && Append(data))
            return;
        LeftOut += data.Length;
        _unwritten += data.Length;
    }

    public void Missing(long offset, long bytes)
    {
        var end = offset + bytes;
        if (end > _received)
            Gap(end - _received);
    }

    /// <summary>The last lines, fit for printing.</summary>
    public IReadOnlyList<string> LastLines(int count)
    {
        var lines = Printable.Lines(Encoding.UTF8.GetString(_tail, 0, _tailLength)).ToList();
        // The first of them may have lost its beginning.
        if (_tailLength == TailBytes && lines.Count > 1)
            lines.RemoveAt(0);
        return lines is [""] ? [] : lines.TakeLast(count).ToList();
    }

    /// <summary>Lets go of the file; more output opens it again.</summary>
    public void Dispose()
    {
        if (_unwritten > 0)
            AppendGap(0);
        _file?.Dispose();
        _file = null;
    }

    private void Gap(long bytes)
    {
        _received += bytes;
        LeftOut += bytes;
        Remember(GapLine(bytes));
        AppendGap(bytes);
    }

    private void AppendGap(long bytes)
    {
        _unwritten += bytes;
        if (Append(GapLine(_unwritten)))
            _unwritten = 0;
    }

    private byte[] GapLine(long bytes) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(_atLineStart ? "" : "\n")}... {bytes} bytes left out ...\n"));

    private bool Append(ReadOnlySpan<byte> data)
    {
        try
        {
            Open();
            RandomAccess.Write(_file!, data, _length);
            _length += data.Length;
            _atLineStart = data[^1] == '\n';
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            health.Failed(path, exception);
            // What the disk took of it goes again: the line about what is missing must stand where it is missing.
            if (_file is not null)
                health.Try(path, () => RandomAccess.SetLength(_file, _length));
            return false;
        }
    }

    private void Open()
    {
        if (_file is not null)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        RealDirectory.Require(path);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _length = RandomAccess.GetLength(_file);
    }

    private void Remember(ReadOnlySpan<byte> data)
    {
        if (data.Length >= TailBytes)
        {
            data[^TailBytes..].CopyTo(_tail);
            _tailLength = TailBytes;
            return;
        }

        var kept = Math.Min(_tailLength, TailBytes - data.Length);
        _tail.AsSpan(_tailLength - kept, kept).CopyTo(_tail);
        data.CopyTo(_tail.AsSpan(kept));
        _tailLength = kept + data.Length;
    }
}
