using System.Net;
using System.Net.Sockets;

namespace Streams.Sync.Tests;

/// <summary>
/// Passes bytes between clients and a server, and cuts each connection when so many have passed, both ways counted
/// together. A plan of null lets everything pass.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _server;
    private readonly Func<int?> _nextCut;
    private readonly Task _accepting;
    private int _cuts;

    public CuttingProxy(string serverAddress, Func<int?> nextCut)
    {
        _server = IPEndPoint.Parse(serverAddress["tcp:".Length..]);
        _nextCut = nextCut;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        Address = $"tcp:127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public int Cuts => _cuts;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.DefaultTimeout();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
                running.Add(ServeAsync(await _listener.AcceptAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(_server);
            var budget = new Budget(_nextCut());
            await Task.WhenAny(PumpAsync(client, server, budget), PumpAsync(server, client, budget));
            if (budget.IsSpent)
                Interlocked.Increment(ref _cuts);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Budget budget)
    {
        var buffer = new byte[4096];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory()) is > 0 and var read)
            {
                var allowed = budget.Take(read);
                if (allowed > 0)
                    await to.SendAsync(buffer.AsMemory(0, allowed));
                if (allowed < read)
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut by the other direction.
        }
    }

    private sealed class Budget(int? bytes)
    {
        private int? _left = bytes;

        public bool IsSpent { get; private set; }

        public int Take(int wanted)
        {
            lock (this)
            {
                if (_left is not { } left)
                    return wanted;
                var allowed = Math.Min(wanted, left);
                _left = left - allowed;
                IsSpent |= allowed < wanted;
                return allowed;
            }
        }
    }
}
