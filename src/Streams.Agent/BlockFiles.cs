using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// Reads the files that a block left in its directory. Regular files only: links are not followed, FIFOs and devices are
/// not opened, each is told with its reason. Names stay bytes, for not every name is text.
/// </summary>
internal sealed class BlockFiles(string worker, uint ordinal, Func<BlockFile, ValueTask> send, bool nested = false)
{
    private const int MaxFiles = 10_000;
    private const int MaxDepth = 32;
    private const long MaxBytes = 1L << 30;
    private const int RegularFile = 0x8000;
    private const int Directory = 0x4000;

    private int _files;
    private long _bytes;

    /// <summary>Sends everything below this directory, if it exists, under names that begin with the prefix. False: it does not exist.</summary>
    public async Task<bool> SendAsync(string directory, string prefix = "")
    {
        using var root = AgentNativeMethods.OpenAt(AgentNativeMethods.CurrentDirectory, [.. System.Text.Encoding.UTF8.GetBytes(directory), 0], isDirectory: true, out _);
        if (root is not null)
            await SendDirectoryAsync(root, System.Text.Encoding.UTF8.GetBytes(prefix), 1).ConfigureAwait(false);
        return root is not null;
    }

    private async Task SendDirectoryAsync(SafeFileHandle directory, byte[] prefix, int depth)
    {
        foreach (var entry in AgentNativeMethods.ReadNames(directory, MaxFiles + 1))
        {
            byte[] name = [.. prefix, .. entry.AsSpan(0, entry.Length - 1)];
            if (_files++ >= MaxFiles)
            {
                if (_files == MaxFiles + 1)
                    await RefuseAsync(name, $"more than {MaxFiles:N0} files; this one and the rest are not sent").ConfigureAwait(false);
                return;
            }

            var descriptor = (int)directory.DangerousGetHandle();
            if (!AgentNativeMethods.TryStat(descriptor, entry, out var type, out var size))
                await RefuseAsync(name, "it vanished while it was collected").ConfigureAwait(false);
            else if (type == Directory)
                await EnterAsync(descriptor, entry, name, depth).ConfigureAwait(false);
            else if (type == RegularFile)
                await SendFileAsync(descriptor, entry, name, size).ConfigureAwait(false);
            else
                await RefuseAsync(name, $"it is {Kind(type)}").ConfigureAwait(false);
        }
    }

    private async Task EnterAsync(int parent, byte[] entry, byte[] name, int depth)
    {
        if (depth >= MaxDepth)
        {
            await RefuseAsync(name, $"it is more than {MaxDepth} directories deep").ConfigureAwait(false);
            return;
        }

        using var directory = AgentNativeMethods.OpenAt(parent, entry, isDirectory: true, out var error);
        if (directory is null)
            await RefuseAsync(name, $"the directory cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})").ConfigureAwait(false);
        else
            await SendDirectoryAsync(directory, [.. name, (byte)'/'], depth + 1).ConfigureAwait(false);
    }

    private async Task SendFileAsync(int parent, byte[] entry, byte[] name, long size)
    {
        if (_bytes + size > MaxBytes)
        {
            await RefuseAsync(name, $"with its {size:N0} bytes the block's files would exceed {MaxBytes:N0} bytes").ConfigureAwait(false);
            return;
        }

        using var file = AgentNativeMethods.OpenAt(parent, entry, isDirectory: false, out var error);
        // What was opened may be something else than what was looked at.
        if (file is null || !AgentNativeMethods.TryStat((int)file.DangerousGetHandle(), [0], out var type, out _) || type != RegularFile)
        {
            await RefuseAsync(name, file is null ? $"it cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})" : "it was replaced while it was collected").ConfigureAwait(false);
            return;
        }

        await SendContentAsync(file, name, size).ConfigureAwait(false);
    }

    /// <summary>Sends at most the bytes that were there at the beginning: a file that grows has no end.</summary>
    private async Task SendContentAsync(SafeFileHandle file, byte[] name, long size)
    {
        var digest = new Sha256();
        var buffer = new byte[WireLimits.MaxChunk];
        var offset = 0L;
        bool last;
        do
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, size - offset)), offset);
            digest.Append(buffer.AsSpan(0, count));
            last = count == 0 || offset + count == size;
            var chunk = new BlockFile
            {
                Worker = worker, Ordinal = ordinal, Name = ByteString.CopyFrom(name), Offset = offset,
                Data = ByteString.CopyFrom(buffer, 0, count), Last = last, Size = offset + count, Nested = nested,
            };
            if (last)
                chunk.Sha256 = ByteString.CopyFrom(digest.Finish());
            offset += count;
            _bytes += count;
            await send(chunk).ConfigureAwait(false);
        }
        while (!last);
    }

    private ValueTask RefuseAsync(byte[] name, string why) =>
        send(new BlockFile { Worker = worker, Ordinal = ordinal, Name = ByteString.CopyFrom(name), Refused = why, Nested = nested });

    private static string Kind(int type) => type switch
    {
        0xA000 => "a symbolic link",
        0x1000 => "a FIFO",
        0xC000 => "a socket",
        0x2000 or 0x6000 => "a device",
        _ => "no regular file",
    };
}
