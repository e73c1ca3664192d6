using System.Net.Sockets;
using Streams.Agent.Transport;
using Streams.Wire;

namespace Streams.Agent;

/// <summary>Where workers connect: accepts only those that were started, each once, by the token that it was given.</summary>
internal sealed class WorkerGate : IDisposable
{
    private const int HelloTimeoutMilliseconds = 10_000;

    private readonly Lock _gate = new();
    private readonly Socket _socket;

    /// <summary>Workers that were started and have not connected yet. Guarded by <see cref="_gate"/>.</summary>
    private readonly Dictionary<string, (string Token, Action<FramedStream> Serve)> _expected = [];

    public WorkerGate(string path)
    {
        _socket = PrivateSocket.Listen(path);
        _ = AcceptAsync();
    }

    /// <summary>Lets this worker in. <paramref name="serve"/> is called on a thread of the connection's own, and may block.</summary>
    public void Expect(string worker, string token, Action<FramedStream> serve)
    {
        lock (_gate)
            _expected[worker] = (token, serve);
    }

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _socket.AcceptAsync().ConfigureAwait(false);
                new Thread(() => Serve(connection)) { IsBackground = true, Name = "worker connection" }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed: no more workers.
        }
    }

    private void Serve(Socket connection)
    {
        connection.ReceiveTimeout = HelloTimeoutMilliseconds;
        using var frames = new FramedStream(new NetworkStream(connection, ownsSocket: true));
        try
        {
            var hello = frames.Read(FromWorker.Parser)?.Hello;
            if (hello is not { Protocol: WireLimits.Protocol } || Take(hello) is not { } serve)
                return;
            connection.ReceiveTimeout = 0;
            serve(frames);
        }
        catch (IOException)
        {
            // Not a worker, or one that died while it greeted: its end is told by its supervisor.
        }
    }

    private Action<FramedStream>? Take(Hello hello)
    {
        lock (_gate)
        {
            if (!_expected.TryGetValue(hello.Worker, out var expected) || !ConstantTime.AreEqual(expected.Token, hello.Token))
                return null;
            _expected.Remove(hello.Worker);
            return expected.Serve;
        }
    }
}
