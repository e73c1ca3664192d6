using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Transfers;

/// <summary>
/// Reads a file, or a directory with all that is in it, and sends it from where the receiver is. Below what was named no link is
/// followed, and nothing but files and directories is opened.
/// </summary>
internal sealed class TransferSource(string path, Func<TransferPart, Task> send, CancellationToken cancellationToken)
{
    private const int ReadNonBlocking = NativeMethods.O_RDONLY | NativeMethods.O_NONBLOCK;

    private readonly TransferTotals _totals = new();
    private TransferPosition _from = new();
    private TransferPart _part = new();
    private int _partSize;
    private int _entries;

    /// <summary>Sends what the receiver does not have yet, the end included.</summary>
    /// <exception cref="TransferException">It cannot be read.</exception>
    public async Task SendAsync(TransferPosition? from)
    {
        _from = from ?? new TransferPosition();
        using var root = OpenRoot(out var status);
        if (!_from.Began)
        {
            Count(root, [], status, 0);
            await AddAsync(new TransferItem { Totals = _totals }, 0).ConfigureAwait(false);
        }

        await SendEntryAsync(root, [], status).ConfigureAwait(false);
        _part.End = true;
        await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>What the author named may be a link.</summary>
    private SafeFileHandle OpenRoot(out FileStatus status)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(path);
        // Looked at before it is opened: opening some devices does something.
        var seen = NativeMethods.EntryStatus(NativeMethods.NoDirectory, name, followLink: true) ?? throw TransferException.OfLastError("cannot read", path);
        CheckKind(seen);
        var root = NativeMethods.OpenEntry(NativeMethods.NoDirectory, name, ReadNonBlocking) ?? throw TransferException.OfLastError("cannot open", path);
        status = NativeMethods.Status(root) ?? seen;
        CheckKind(status);
        return root;
    }

    private void CheckKind(FileStatus status)
    {
        if (!status.IsDirectory && !status.IsRegularFile)
            throw new TransferException($"'{path}' is {status.Kind}; only files and directories can be sent");
    }

    /// <summary>How much there is, and what will be left out.</summary>
    private void Count(SafeFileHandle entry, byte[] name, FileStatus status, int level)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (++_entries > TransferLimits.MostEntries)
            throw new TransferException($"'{path}' holds more than {TransferLimits.MostEntries:N0} entries; send an archive of it");
        if (level > TransferLimits.MostLevels)
            throw new TransferException($"'{Show(name)}' lies more than {TransferLimits.MostLevels} directories deep");
        if (!status.IsDirectory)
        {
            _totals.Files++;
            _totals.Bytes += status.Size;
            return;
        }

        foreach (var child in Names(entry, name))
        {
            var full = Join(name, child);
            if (NativeMethods.EntryStatus(entry, child) is not { } found)
                continue; // gone meanwhile
            if (found.IsDirectory)
            {
                using var directory = OpenBelow(entry, child, full, NativeMethods.O_DIRECTORY);
                Count(directory, full, found, level + 1);
            }
            else if (found.IsRegularFile)
            {
                Count(entry, full, found, level + 1);
            }
            else if (_totals.LeftOutCount++ < TransferLimits.MostTold)
            {
                _totals.LeftOut.Add($"'{Show(full)}' is {found.Kind}");
            }
        }
    }

    private async Task SendEntryAsync(SafeFileHandle entry, byte[] name, FileStatus status)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!status.IsDirectory)
        {
            await SendFileAsync(entry, name, status).ConfigureAwait(false);
            return;
        }

        if (!_from.Began || EntryOrder.Compare(name, _from.Name.Span) > 0)
            await AddAsync(new TransferItem { Entry = new TransferEntry { Name = ByteString.CopyFrom(name), Directory = true, Mode = Mode(status) } }, name.Length).ConfigureAwait(false);
        foreach (var child in Names(entry, name))
        {
            var full = Join(name, child);
            if (IsThere(full) || NativeMethods.EntryStatus(entry, child) is not { } found || !(found.IsDirectory || found.IsRegularFile))
                continue;
            using var opened = OpenBelow(entry, child, full, found.IsDirectory ? NativeMethods.O_DIRECTORY : 0);
            // What was opened may be something else than what was looked at.
            var now = NativeMethods.Status(opened) ?? found;
            if (now.IsDirectory != found.IsDirectory || now.IsRegularFile != found.IsRegularFile)
                throw new TransferException($"'{Show(full)}' was replaced while it was sent");
            await SendEntryAsync(opened, full, now).ConfigureAwait(false);
        }
    }

    /// <summary>True if the receiver has it with all that is in it.</summary>
    private bool IsThere(byte[] name)
    {
        if (!_from.Began)
            return false;
        var order = EntryOrder.Compare(name, _from.Name.Span);
        return order < 0 && !EntryOrder.IsIn(_from.Name.Span, name);
    }

    private async Task SendFileAsync(SafeFileHandle file, byte[] name, FileStatus status)
    {
        var offset = 0L;
        if (_from.Began && EntryOrder.Compare(name, _from.Name.Span) == 0)
        {
            if (_from.Complete)
                return;
            offset = _from.Offset;
        }

        var digest = new Sha256();
        var early = status.Size == 0 ? ReadUnknown(file) : null;
        var size = early?.Length ?? status.Size;
        for (var hashed = 0L; hashed < offset;)
            hashed += Read(file, early, hashed, offset, name, digest).Length;
        await AddAsync(new TransferItem { Entry = new TransferEntry { Name = ByteString.CopyFrom(name), Mode = Mode(status), Size = size, Offset = offset } }, name.Length).ConfigureAwait(false);
        while (offset < size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var data = Read(file, early, offset, size, name, digest);
            offset += data.Length;
            await AddAsync(new TransferItem { Data = UnsafeByteOperations.UnsafeWrap(data) }, data.Length).ConfigureAwait(false);
        }

        await AddAsync(new TransferItem { Sha256 = ByteString.CopyFrom(digest.Finish()) }, 32).ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> Read(SafeFileHandle file, byte[]? early, long offset, long end, byte[] name, Sha256 digest)
    {
        var length = (int)Math.Min(WireLimits.MaxChunk, end - offset);
        ReadOnlyMemory<byte> data;
        if (early is not null)
        {
            data = early.AsMemory((int)Math.Min(offset, early.Length), (int)Math.Min(length, Math.Max(0, early.Length - offset)));
        }
        else
        {
            var buffer = GC.AllocateUninitializedArray<byte>(length);
            try
            {
                data = buffer.AsMemory(0, RandomAccess.Read(file, buffer, offset));
            }
            catch (IOException exception)
            {
                throw new TransferException($"cannot read '{Show(name)}' at {offset:N0}: {exception.Message}");
            }
        }

        if (data.IsEmpty)
            throw new TransferException($"'{Show(name)}' became shorter while it was sent");
        digest.Append(data.Span);
        return data;
    }

    private static byte[] ReadUnknown(SafeFileHandle file)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (content.Length < TransferLimits.MostOfUnknownSize && RandomAccess.Read(file, buffer, content.Length) is > 0 and var count)
            content.Write(buffer, 0, count);
        return content.ToArray();
    }

    private List<byte[]> Names(SafeFileHandle directory, byte[] name)
    {
        var names = NativeMethods.EntryNames(directory, TransferLimits.MostEntries) ?? throw TransferException.OfLastError("cannot list", Show(name));
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    private SafeFileHandle OpenBelow(SafeFileHandle directory, byte[] child, byte[] name, int flags) =>
        NativeMethods.OpenEntry(directory, child, ReadNonBlocking | NativeMethods.O_NOFOLLOW | flags) ?? throw TransferException.OfLastError("cannot open", Show(name));

    private async Task AddAsync(TransferItem item, int size)
    {
        _part.Items.Add(item);
        _partSize += size + 16;
        if (_partSize >= TransferLimits.PartSize)
            await FlushAsync().ConfigureAwait(false);
    }

    private async Task FlushAsync()
    {
        var part = _part;
        (_part, _partSize) = (new TransferPart(), 0);
        await send(part).ConfigureAwait(false);
    }

    /// <summary>Never the bits that let a program run as somebody else.</summary>
    private static uint Mode(FileStatus status) => (uint)status.Permissions & 0x1FF;

    private static byte[] Join(byte[] directory, byte[] name) => directory.Length == 0 ? name : [.. directory, (byte)'/', .. name];

    private string Show(byte[] name) => TransferException.Show(path, name);
}
