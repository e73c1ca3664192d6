using System.Net.Sockets;
using Streams.Wire;

namespace Streams.Execution;

/// <summary>
/// The controller's end of one local worker's socket. A thread of its own reads; whoever has something to say writes.
/// </summary>
internal sealed class WorkerChannel : IDisposable
{
    private readonly Socket _socket;
    private readonly FramedStream _frames;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Receives what the worker says; replaced per block by the executor, which runs one block at a time.</summary>
    private volatile Action<FromWorker>? _receiver;

    private WorkerChannel(Socket socket, FramedStream frames, Hello hello)
    {
        _socket = socket;
        _frames = frames;
        Hello = hello;
    }

    public Hello Hello { get; }

    /// <summary>Completes when the worker's end of the socket is closed, whatever closed it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Reads the first message of a fresh connection. Null: it is not one of ours, or came too late.</summary>
    public static WorkerChannel? Accept(Socket socket, TimeSpan limit)
    {
        var frames = new FramedStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
            var hello = frames.Read(FromWorker.Parser)?.Hello;
            socket.ReceiveTimeout = 0;
            if (hello is { Protocol: WireLimits.Protocol })
                return new WorkerChannel(socket, frames, hello);
        }
        catch (IOException)
        {
            // Not a worker of ours; whoever waits for one learns it from the worker's end or from its own limit.
        }

        frames.Dispose();
        return null;
    }

    /// <summary>Reads until the worker is gone. Runs on the connection's own thread.</summary>
    public void ReadToEnd()
    {
        try
        {
            while (_frames.Read(FromWorker.Parser) is { } message)
                _receiver?.Invoke(message);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A worker that dies resets the connection. Its end is told by Ended, its cause by the supervisor.
        }
        finally
        {
            _ended.TrySetResult();
            _frames.Dispose();
        }
    }

    public void ReceiveWith(Action<FromWorker>? receiver) => _receiver = receiver;

    /// <summary>Sends a message; false if the worker is gone.</summary>
    public bool TrySend(ToWorker message)
    {
        try
        {
            _frames.Write(message);
            return true;
        }
        catch (Exception exception) when (exception is (IOException and not FrameException) or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        // Shutdown wakes the reading thread, which disposes the rest.
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Already closed by the other side.
        }
    }
}
