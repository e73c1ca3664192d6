using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Transfers;

/// <summary>A file under way: under another name, and for nobody else, until its digest fits.</summary>
internal sealed class PartialFile : IDisposable
{
    private const int LongestPrefix = 220;

    private readonly SafeFileHandle _directory;
    private readonly byte[] _name;
    private readonly byte[] _partialName;
    private readonly string _shown;
    private readonly TransferEntry _entry;
    private readonly SafeFileHandle _file;
    private readonly Sha256 _digest = new();
    private bool _isOver;

    public PartialFile(SafeFileHandle directory, ReadOnlySpan<byte> name, string shown, TransferEntry entry)
    {
        (_name, _shown, _entry) = (name.ToArray(), shown, entry);
        ThrowUnlessReplaceable(directory);
        _partialName = [.. name[..Math.Min(name.Length, LongestPrefix)], .. Encoding.ASCII.GetBytes($".{RandomText.Hex(4)}.partial")];
        _file = NativeMethods.OpenEntry(directory, _partialName, NativeMethods.O_WRONLY | NativeMethods.O_CREAT | NativeMethods.O_EXCL | NativeMethods.O_NOFOLLOW, 0x180)
            ?? throw TransferException.OfLastError("cannot write", shown);
        // A handle of its own: whoever opened the directory may close it while the link is away.
        _directory = NativeMethods.OpenEntry(directory, "."u8, NativeMethods.O_RDONLY | NativeMethods.O_DIRECTORY) ?? throw TransferException.OfLastError("cannot open the directory of", shown);
    }

    public long Length { get; private set; }

    /// <summary>True if this entry goes on with the content that is there.</summary>
    public bool IsContinuedBy(TransferEntry entry) => entry.Name == _entry.Name && entry.Size == _entry.Size && entry.Offset == Length;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (Length + data.Length > _entry.Size)
            throw new TransferException($"more was sent of '{_shown}' than its {_entry.Size:N0} bytes");
        try
        {
            RandomAccess.Write(_file, data, Length);
        }
        catch (IOException exception)
        {
            throw new TransferException($"cannot write '{_shown}', {Length:N0} of {_entry.Size:N0} bytes were written: {exception.Message}");
        }

        _digest.Append(data);
        Length += data.Length;
    }

    /// <summary>Gives it its mode and its name.</summary>
    public void Complete(ReadOnlySpan<byte> sha256)
    {
        if (Length != _entry.Size || !_digest.Finish().AsSpan().SequenceEqual(sha256))
            throw new TransferException($"what arrived of '{_shown}' is not what was sent ({Length:N0} of {_entry.Size:N0} bytes): it was changed meanwhile");
        if (!NativeMethods.TrySetMode(_file, _entry.Mode & 0x1FF))
            throw TransferException.OfLastError("cannot set the mode of", _shown);
        ThrowUnlessReplaceable(_directory);
        if (!NativeMethods.TryRename(_directory, _partialName, _name))
            throw TransferException.OfLastError("cannot replace", _shown);
        _isOver = true;
    }

    /// <summary>Removes it, unless it is complete.</summary>
    public void Dispose()
    {
        if (!_isOver)
            NativeMethods.TryRemoveFile(_directory, _partialName);
        _isOver = true;
        _file.Dispose();
        _directory.Dispose();
    }

    /// <summary>A rename would replace a device or a FIFO too, and say nothing.</summary>
    private void ThrowUnlessReplaceable(SafeFileHandle directory)
    {
        if (NativeMethods.EntryStatus(directory, _name) is not { } old || old.IsRegularFile || old.Type == FileStatus.Link)
            return;
        throw new TransferException(old.IsDirectory
            ? $"'{_shown}' is a directory, and a file is to be written there; name the file in it"
            : $"'{_shown}' is {old.Kind}; only files are replaced");
    }
}
