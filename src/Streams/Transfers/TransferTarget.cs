using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Transfers;

/// <summary>
/// Writes what is sent, wherever the link was cut in between. Believes nothing: names stay below the target, no link is
/// followed there, and everything has bounds.
/// </summary>
internal sealed class TransferTarget(string path) : IDisposable
{
    private readonly List<(byte[] Name, uint Mode)> _madeDirectories = [];
    private TransferTotals _totals = new();
    private OpenDirectories? _root;
    private PartialFile? _file;
    private int _entries;
    private int _directories;
    private bool _isDirectory;

    public TransferPosition Position { get; } = new();

    public TransferTotals Totals => _totals;

    /// <exception cref="TransferException">It cannot be written, or cannot be meant.</exception>
    public void Receive(IEnumerable<TransferItem> items)
    {
        try
        {
            foreach (var item in items)
                Receive(item);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TransferException($"cannot write '{Show(Position.Name.Span)}': {exception.Message}");
        }
    }

    /// <summary>Everything was sent: directories get their modes last, for some of them let nobody write.</summary>
    public TransferDone Finish()
    {
        if (_file is not null || !Position.Began)
            throw Nonsense("an end before everything was there");
        for (var i = _madeDirectories.Count - 1; i >= 0; i--)
        {
            var (name, mode) = _madeDirectories[i];
            if (!NativeMethods.TrySetMode(_root!.Open(name), mode))
                throw TransferException.OfLastError("cannot set the mode of", Show(name));
        }

        _madeDirectories.Clear();
        var done = new TransferDone { Files = Position.Files, Directories = _directories, Bytes = Position.Bytes, LeftOutCount = _totals.LeftOutCount };
        done.LeftOut.Add(_totals.LeftOut);
        return done;
    }

    /// <summary>Lets go of everything; what is unfinished is removed.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _root?.Dispose();
        _root = null;
    }

    private void Receive(TransferItem item)
    {
        switch (item.KindCase)
        {
            case TransferItem.KindOneofCase.Totals when !Position.Began: Receive(item.Totals); break;
            case TransferItem.KindOneofCase.Entry: Receive(item.Entry); break;
            case TransferItem.KindOneofCase.Data when _file is not null: Receive(item.Data); break;
            case TransferItem.KindOneofCase.Sha256 when _file is not null: Complete(item.Sha256); break;
            default: throw Nonsense($"{item.KindCase} out of order");
        }
    }

    private void Receive(TransferTotals totals)
    {
        if (totals.LeftOut.Count > TransferLimits.MostTold || totals.CalculateSize() > 2 * TransferLimits.LongestPath * (TransferLimits.MostTold + 1))
            throw Nonsense("more names than are told");
        if (totals.Bytes is < 0 or > TransferLimits.MostBytes)
            throw new TransferException($"{totals.Bytes:N0} bytes are to be sent, and at most {TransferLimits.MostBytes:N0} are taken");
        _totals = totals;
        if (File.Exists(Parent))
            throw new TransferException($"cannot write '{path}': '{Parent}' is a file");
        Directory.CreateDirectory(Parent);
        var free = new DriveInfo(Parent).AvailableFreeSpace;
        if (free < totals.Bytes)
            throw new TransferException(string.Create(CultureInfo.InvariantCulture, $"no space left for '{path}': it needs {totals.Bytes:N0} bytes, {free:N0} are free in {Parent}"));
    }

    private void Receive(TransferEntry entry)
    {
        var name = entry.Name.Span;
        CheckName(name);
        if (_file is not null)
        {
            if (entry.Directory || !_file.IsContinuedBy(entry))
                throw new TransferException($"'{Show(Position.Name.Span)}' was changed or removed while the link was away");
            return;
        }

        if (++_entries > TransferLimits.MostEntries)
            throw new TransferException($"more than {TransferLimits.MostEntries:N0} entries were sent");
        if (entry.Directory)
            MakeDirectory(name, entry.Mode & 0x1FF);
        else
            BeginFile(name, entry);
        (Position.Name, Position.Offset, Position.Complete, Position.Began) = (entry.Name, 0, entry.Directory, true);
    }

    private void MakeDirectory(ReadOnlySpan<byte> name, uint mode)
    {
        if (name.IsEmpty)
        {
            var isNew = NativeMethods.TryMakeDirectory(NativeMethods.NoDirectory, Encoding.UTF8.GetBytes(path), 0x1C0);
            var root = OpenDirectory(path);
            _root = new OpenDirectories(root, path);
            _isDirectory = true;
            if (isNew)
                _madeDirectories.Add(([], mode));
        }
        else
        {
            var parent = OpenParent(name, out var last);
            if (NativeMethods.TryMakeDirectory(parent, last, 0x1C0))
                _madeDirectories.Add((name.ToArray(), mode));
            else if (NativeMethods.EntryStatus(parent, last) is not { IsDirectory: true } old)
                throw TransferException.OfLastError("cannot make the directory", Show(name));
        }

        _directories++;
    }

    private void BeginFile(ReadOnlySpan<byte> name, TransferEntry entry)
    {
        if (entry.Offset != 0 || entry.Size < 0 || entry.Size > TransferLimits.MostBytes - Position.Bytes)
            throw Nonsense($"a file of {entry.Size} bytes at {entry.Offset}");
        if (name.IsEmpty)
        {
            _root = new OpenDirectories(OpenDirectory(Parent), Parent);
            _file = new PartialFile(_root.Open([]), Encoding.UTF8.GetBytes(Path.GetFileName(path)), path, entry);
        }
        else
        {
            var parent = OpenParent(name, out var last);
            _file = new PartialFile(parent, last, Show(name), entry);
        }
    }

    private void Receive(ByteString data)
    {
        _file!.Append(data.Span);
        Position.Offset = _file.Length;
        Position.Bytes += data.Length;
    }

    private void Complete(ByteString sha256)
    {
        _file!.Complete(sha256.Span);
        _file.Dispose();
        _file = null;
        Position.Complete = true;
        Position.Files++;
    }

    private SafeFileHandle OpenParent(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> last)
    {
        var slash = name.LastIndexOf((byte)'/');
        last = name[(slash + 1)..];
        return _root!.Open(name[..Math.Max(slash, 0)]);
    }

    /// <summary>What the author named may be a link.</summary>
    private static SafeFileHandle OpenDirectory(string directory) =>
        NativeMethods.OpenEntry(NativeMethods.NoDirectory, Encoding.UTF8.GetBytes(directory), NativeMethods.O_RDONLY | NativeMethods.O_DIRECTORY)
        ?? throw TransferException.OfLastError("cannot use the directory", directory);

    /// <summary>The first entry names the target itself; all others lie in it.</summary>
    private void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty ? Position.Began && _file is null : !_isDirectory)
            throw Nonsense("an entry in what is no directory");
        if (name.IsEmpty)
            return;
        if (name.Length > TransferLimits.LongestPath || name.Count((byte)'/') >= TransferLimits.MostLevels || name.Contains((byte)0))
            throw Nonsense("a name that is too long, too deep or no name");
        foreach (var range in name.Split((byte)'/'))
        {
            var part = name[range];
            if (part.IsEmpty || part.SequenceEqual("."u8) || part.SequenceEqual(".."u8) || part.Length > TransferLimits.LongestName)
                throw Nonsense($"the name '{Encoding.UTF8.GetString(name)}', which could lead elsewhere");
        }
    }

    private string Parent => Path.GetDirectoryName(path) ?? "/";

    private string Show(ReadOnlySpan<byte> name) => TransferException.Show(path, name);

    private static TransferException Nonsense(string what) => new($"the other side sent {what}; nothing of it was taken");
}
