using System.Runtime.InteropServices;
using Streams.Processes;

namespace Streams.Supervision;

/// <summary>
/// The file that a worker and all its children print to. A file, no pipe: nobody ever waits for the end of one that a
/// daemon holds. Bounded by taking the middle out, so that all offsets stay as they were; whoever reads it says so
/// (<see cref="FileHoles"/>).
/// </summary>
internal sealed class WorkerOutput : IDisposable
{
    public const long DefaultHead = 16L * 1024 * 1024;
    public const long DefaultTail = 48L * 1024 * 1024;

    private const int Page = 4096;

    private readonly string _path;
    private readonly long _head;
    private readonly long _tail;
    private long _cutTo;

    public WorkerOutput(string path, long head = DefaultHead, long tail = DefaultTail)
    {
        _path = path;
        _head = RoundDown(head);
        _tail = tail;
        _cutTo = _head;
        Descriptor = NativeMethods.Open(
            path, NativeMethods.O_WRONLY | NativeMethods.O_CREAT | NativeMethods.O_APPEND | NativeMethods.O_CLOEXEC | NativeMethods.O_NOFOLLOW, 0x180);
        if (Descriptor < 0)
            throw new IOException($"its output file {path} could not be opened: {NativeMethods.ErrorText(Marshal.GetLastPInvokeError())}");
    }

    public int Descriptor { get; private set; }

    /// <summary>Gives the middle back once the file has grown past head and tail. Cheap when it has not.</summary>
    public void Bound()
    {
        // A quarter of slack, so that a steady writer does not cost a cut per poll.
        if (Descriptor < 0 || NativeMethods.Status(_path) is not { } status || status.Size - _cutTo < _tail + (_tail / 4))
            return;
        var end = RoundDown(status.Size - _tail);
        if (end <= _cutTo || !NativeMethods.TryPunchHole(Descriptor, _cutTo, end - _cutTo))
            return; // a file system that cannot: the file is not bounded there
        _cutTo = end;
    }

    public void Dispose()
    {
        if (Descriptor >= 0)
            _ = NativeMethods.Close(Descriptor);
        Descriptor = -1;
    }

    private static long RoundDown(long offset) => offset / Page * Page;
}
