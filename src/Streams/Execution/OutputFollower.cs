using Microsoft.Win32.SafeHandles;
using Streams.Blocks;
using Streams.Processes;

namespace Streams.Execution;

/// <summary>
/// Follows one block's part of its worker's output file, while the block runs and to its exact end. The file is all there is
/// between the block and us: no pipe can fill, and a process that holds the descriptor holds nobody up.
/// </summary>
internal sealed class OutputFollower : IDisposable
{
    /// <summary>So much of a block's output is copied from its beginning ...</summary>
    public const long HeadQuota = 16 * 1024 * 1024;

    /// <summary>... and so much from its end; what lies between is left out, and said so.</summary>
    public const long TailQuota = 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private readonly IBlockEvents _events;
    private readonly long _start;
    private readonly ITimer _timer;

    /// <summary>Copied up to here, as an offset of the file. Guarded by <see cref="_gate"/>.</summary>
    private long _position;

    /// <summary>Where bytes were left out that nobody was told of yet; null: none. Guarded by <see cref="_gate"/>.</summary>
    private long? _gap;

    /// <summary>Guarded by <see cref="_gate"/>.</summary>
    private bool _finished;

    public OutputFollower(SafeFileHandle file, long start, IBlockEvents events, TimeProvider timeProvider)
    {
        _file = file;
        _start = _position = start;
        _events = events;
        _timer = timeProvider.CreateTimer(_ => Follow(), null, Interval, Interval);
    }

    /// <summary>Copies what is left up to the end of the block's part; null: to the end of the file.</summary>
    public void Finish(long? end)
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_finished)
                return;
            _finished = true;
            var last = end ?? RandomAccess.GetLength(_file);
            CopyLocked(Math.Min(last, _start + HeadQuota));
            var tail = last - TailQuota;
            if (tail > _position)
                SkipLocked(tail);
            CopyLocked(last);
            TellGapLocked();
        }
    }

    public void Dispose() => Finish(_start);

    private void Follow()
    {
        lock (_gate)
        {
            if (!_finished)
                CopyLocked(Math.Min(RandomAccess.GetLength(_file), _start + HeadQuota));
        }
    }

    private void CopyLocked(long end)
    {
        if (_position >= end)
            return;
        var buffer = new byte[(int)Math.Min(end - _position, 64 * 1024)];
        while (_position < end)
        {
            var count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - _position)), _position);
            if (count == 0)
                return;
            // A block may print faster than it is followed; then its supervisor has taken out what is not read yet.
            var real = FileHoles.RealBytes(_file, _position, count);
            if (real == 0)
            {
                SkipLocked(FileHoles.NextData(_file, _position));
                continue;
            }

            TellGapLocked();
            _events.Output(_position - _start, buffer.AsSpan(0, real));
            _position += real;
        }
    }

    private void SkipLocked(long to)
    {
        _gap ??= _position;
        _position = to;
    }

    private void TellGapLocked()
    {
        if (_gap is not { } gap)
            return;
        _gap = null;
        _events.OutputLeftOut(gap - _start, _position - gap);
    }
}
