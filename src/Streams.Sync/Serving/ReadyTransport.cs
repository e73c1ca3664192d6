using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Streams.Sync.Serving;

/// <summary>
/// A connection over a socket that is read by a <see cref="ReadinessLoop"/>: what awaits the bytes goes on in its thread.
/// Each time it is ready it is read once, so that one who never stops sending takes its turn like everybody.
/// </summary>
internal sealed class ReadyTransport(Socket socket, ReadinessLoop loop, long id) : SocketTransport(socket), IValueTaskSource<int>
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<int> _received;   // mutable struct; belongs to whoever took _isAwaited back
    private Memory<byte> _into;                               // guarded by _gate, as all below
    private bool _isAwaited;
    private bool _isListening;
    private bool _isClosed;

    public long Id { get; } = id;

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _received.Reset();
            (_into, _isAwaited) = (buffer, true);
            if (!_isListening)
                loop.Listen(this, Socket.SafeHandle);
            _isListening = true;
            return new ValueTask<int>(this, _received.Version);
        }
    }

    /// <summary>Reads what is there; called by the loop alone.</summary>
    public void ReadNow()
    {
        int read;
        SocketError error;
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (!_isAwaited)
            {
                // Nobody wants it for now, and it would be told again and again.
                loop.Mute(Socket.SafeHandle);
                _isListening = false;
                return;
            }
            read = Socket.Receive(_into.Span, SocketFlags.None, out error);
            if (error is SocketError.WouldBlock)
                return;
            _isAwaited = false;
        }
        if (error is SocketError.Success)
            _received.SetResult(read);
        else
            _received.SetException(new SocketException((int)error));
    }

    public override void Close()
    {
        bool wasAwaited;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            (wasAwaited, _isAwaited) = (_isAwaited, false);
        }
        loop.Forget(this);
        base.Close();
        if (wasAwaited)
            // Not here: whoever closes may hold the server's lock.
            ThreadPool.UnsafeQueueUserWorkItem(static transport => transport._received.SetException(new SocketException((int)SocketError.OperationAborted)), this, preferLocal: false);
    }

    int IValueTaskSource<int>.GetResult(short token) => _received.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _received.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _received.OnCompleted(continuation, state, token, flags);
}
