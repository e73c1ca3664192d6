using System.Globalization;
using System.Text;

namespace Streams.Results;

/// <summary>A log that people read while it grows: whole lines only, opened at the first one. Used by the writer's thread.</summary>
internal sealed class TextLog(string path, RecordHealth health) : IDisposable
{
    private const int WriteAt = 64 * 1024;
    private readonly StringBuilder _lines = new();
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _file;
    private long _length;
    private long _lost;
    private int _count;

    public void Add(string line)
    {
        _lines.Append(line).Append('\n');
        _count++;
        if (_lines.Length > WriteAt)
            Flush();
    }

    public void Flush()
    {
        if (_lines.Length == 0)
            return;
        var missing = _lost == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"... {_lost} lines left out: the disk did not take them ...\n");
        var bytes = Encoding.UTF8.GetBytes(missing + _lines);
        _lines.Clear();
        _lost = health.Try(path, () => Write(bytes)) ? 0 : _lost + _count;
        _count = 0;
        if (_lost > 0 && _file is not null)
            health.Try(path, () => RandomAccess.SetLength(_file, _length));
    }

    /// <summary>Writes and lets go of the file. More lines may follow; the file is opened again then.</summary>
    public void Dispose()
    {
        Flush();
        _file?.Dispose();
        _file = null;
    }

    private void Write(byte[] bytes)
    {
        if (_file is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            RealDirectory.Require(path);
            _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            _length = RandomAccess.GetLength(_file);
        }

        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
    }
}
