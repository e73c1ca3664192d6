using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Streams.Sync.Serving;

/// <summary>
/// One thread that reads from whatever socket has something and lets its connection go on right there. The runtime's own
/// sockets wake a second thread for that, which everybody in a barrier would wait for. Linux only.
/// </summary>
internal sealed class ReadinessLoop : IDisposable
{
    private const int Batch = 256;

    // struct epoll_event is packed on x86 alone.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    [ThreadStatic]
    private static bool _isLoopThread;

    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _stop;
    private readonly ConcurrentDictionary<long, ReadyTransport> _transports = new();
    private readonly Thread _thread;
    private long _lastId;

    private ReadinessLoop(SafeFileHandle epoll, SafeFileHandle stop)
    {
        (_epoll, _stop) = (epoll, stop);
        _thread = new Thread(Run) { IsBackground = true, Name = "Streams.Sync" };
    }

    /// <summary>Whether this is the thread of such a loop, on which nothing may wait.</summary>
    public static bool IsCurrent => _isLoopThread;

    /// <summary>Starts a loop; null where the system offers no way to.</summary>
    public static ReadinessLoop? TryStart()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var epoll = new SafeFileHandle(NativeMethods.CreateEpoll(NativeMethods.CloseOnExec), ownsHandle: true);
        var stop = new SafeFileHandle(NativeMethods.CreateEvent(0, NativeMethods.CloseOnExec), ownsHandle: true);
        if (epoll.IsInvalid || stop.IsInvalid || !TryControl(epoll, NativeMethods.Add, stop, 0))
        {
            epoll.Dispose();
            stop.Dispose();
            return null;
        }
        var loop = new ReadinessLoop(epoll, stop);
        loop._thread.Start();
        return loop;
    }

    public ReadyTransport Add(Socket socket)
    {
        var transport = new ReadyTransport(socket, this, Interlocked.Increment(ref _lastId));
        _transports[transport.Id] = transport;
        return transport;
    }

    /// <summary>Has the transport told when it can be read, until it is muted.</summary>
    public void Listen(ReadyTransport transport, SafeHandle socket)
    {
        if (!TryControl(_epoll, NativeMethods.Add, socket, transport.Id))
            throw new IOException($"epoll_ctl: error {Marshal.GetLastPInvokeError()}");
    }

    public void Mute(SafeHandle socket) => TryControl(_epoll, NativeMethods.Delete, socket, 0);

    public void Forget(ReadyTransport transport) => _transports.TryRemove(transport.Id, out _);

    public void Dispose()
    {
        NativeMethods.Write(_stop, BitConverter.GetBytes(1L), 8);
        if (!IsCurrent)
            _thread.Join();
        _epoll.Dispose();
        _stop.Dispose();
    }

    private static bool TryControl(SafeFileHandle epoll, int operation, SafeHandle file, long id)
    {
        Span<byte> interest = stackalloc byte[EventSize];
        interest.Clear();
        MemoryMarshal.Write(interest, NativeMethods.Readable);
        MemoryMarshal.Write(interest[DataOffset..], id);
        return NativeMethods.Control(epoll, operation, file, interest) == 0;
    }

    private void Run()
    {
        _isLoopThread = true;
        var events = new byte[Batch * EventSize];
        while (true)
        {
            var count = NativeMethods.Wait(_epoll, events, Batch, -1);   // -1 when a signal came in between
            for (var i = 0; i < count; i++)
            {
                var id = MemoryMarshal.Read<long>(events.AsSpan(i * EventSize + DataOffset));
                if (id == 0)
                    return;
                if (_transports.TryGetValue(id, out var transport))
                    transport.ReadNow();
            }
        }
    }
}
