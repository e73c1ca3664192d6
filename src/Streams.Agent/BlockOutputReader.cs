using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Streams.Processes;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>
/// Sends a block's part of its worker's output file while it grows. Past the quota nothing is sent until the end, and
/// then the last megabyte, with the number of bytes left out between.
/// </summary>
internal sealed class BlockOutputReader(string path, long start, Func<BlockOutput, ValueTask> send) : IDisposable
{
    private const long Quota = 256L * 1024 * 1024;
    private const long KeptAtEnd = 1024 * 1024;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private long _sent;

    /// <summary>The last bytes of the file from the block's first on, for a block that could not say how it ended.</summary>
    public static ByteString ReadEnd(string path, long from = 0, int most = WireLimits.MaxChunk)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            var buffer = new byte[Math.Clamp(length - from, 0, most)];
            var count = RandomAccess.Read(file, buffer, length - buffer.Length);
            return ByteString.CopyFrom(buffer, 0, count);
        }
        catch (IOException)
        {
            return ByteString.Empty; // never opened: the worker did not start
        }
    }

    /// <summary>Sends what has come since the last time, up to this place of the file.</summary>
    public async Task SendAsync(long end, bool atEnd)
    {
        end = Math.Min(end, RandomAccess.GetLength(_file)) - start;
        await SendToAsync(Math.Min(end, Quota)).ConfigureAwait(false);
        if (!atEnd || end <= _sent)
            return;
        var resume = Math.Max(_sent, end - KeptAtEnd);
        if (resume > _sent)
            await send(new BlockOutput { Offset = _sent, LeftOut = resume - _sent }).ConfigureAwait(false);
        _sent = resume;
        await SendToAsync(end).ConfigureAwait(false);
    }

    /// <summary>Sends all that is in the file now.</summary>
    public Task SendAsync(bool atEnd) => SendAsync(long.MaxValue, atEnd);

    public void Dispose() => _file.Dispose();

    private async Task SendToAsync(long end)
    {
        if (end <= _sent)
            return;
        var buffer = new byte[Math.Min(WireLimits.MaxChunk, end - _sent)];
        while (_sent < end)
        {
            var count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - _sent)), start + _sent);
            if (count == 0)
                return;
            // A block may print faster than it is followed; then the supervisor has taken out what is not read yet.
            var real = FileHoles.RealBytes(_file, start + _sent, count);
            if (real == 0)
            {
                var resume = Math.Min(end, FileHoles.NextData(_file, start + _sent) - start);
                await send(new BlockOutput { Offset = _sent, LeftOut = resume - _sent }).ConfigureAwait(false);
                _sent = resume;
                continue;
            }

            await send(new BlockOutput { Offset = _sent, Data = ByteString.CopyFrom(buffer, 0, real) }).ConfigureAwait(false);
            _sent += real;
        }
    }
}
