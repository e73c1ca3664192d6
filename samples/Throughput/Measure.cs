using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Streams;

namespace Throughput;

/// <summary>The two blocks. They run in workers; nothing here knows whether those are on one machine or on two.</summary>
internal static class Measure
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Receives on several connections until their senders close them.</summary>
    public static async Task<long> ReceiveAsync(BlockContext block, int connections, bool everyInterface)
    {
        using var listener = new TcpListener(everyInterface ? IPAddress.Any : IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new IPEndPoint(everyInterface ? OwnAddress() : IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
        await block.Sync.PutAsync("server", endpoint.ToString(), block.Cancellation);
        await block.Sync.BarrierAsync("setup", 2, cancellationToken: block.Cancellation);
        block.Log($"listening on {endpoint}");

        var receiving = new List<Task<long>>();
        for (var index = 0; index < connections; index++)
            receiving.Add(DrainAsync(await listener.AcceptTcpClientAsync(block.Cancellation), block.Cancellation));
        var bytes = (await Task.WhenAll(receiving)).Sum();

        await block.Sync.BarrierAsync("finished", 2, cancellationToken: block.Cancellation);
        block.Log($"received {bytes:N0} bytes on {connections} connections");
        return bytes;
    }

    /// <summary>Sends on several connections for a while, and says how much went through.</summary>
    public static async Task<Figures> SendAsync(BlockContext block, int connections, TimeSpan duration)
    {
        var server = IPEndPoint.Parse(await block.Sync.GetAsync<string>("server", cancellationToken: block.Cancellation));
        await block.Sync.BarrierAsync("setup", 2, cancellationToken: block.Cancellation);

        var clock = Stopwatch.StartNew();
        var sent = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => SendForAsync(server, duration, block.Cancellation)));
        var figures = new Figures(connections, sent.Sum(), clock.Elapsed);

        await block.Sync.BarrierAsync("finished", 2, cancellationToken: block.Cancellation);
        block.Whiteboard = figures.ToString();
        return figures;
    }

    private static async Task<long> SendForAsync(IPEndPoint server, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(server, cancellationToken);
        var buffer = new byte[BufferSize];
        var clock = Stopwatch.StartNew();
        long sent = 0;
        while (clock.Elapsed < duration)
        {
            await connection.GetStream().WriteAsync(buffer, cancellationToken);
            sent += buffer.Length;
        }

        return sent;
    }

    private static async Task<long> DrainAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        using (connection)
        {
            var buffer = new byte[BufferSize];
            long received = 0;
            while (await connection.GetStream().ReadAsync(buffer, cancellationToken) is > 0 and var count)
                received += count;
            return received;
        }
    }

    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
}

/// <summary>What was measured.</summary>
internal sealed record Figures(int Connections, long Bytes, TimeSpan Elapsed)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Bytes * 8 / Elapsed.TotalSeconds / 1e9:0.00} Gbit/s on {Connections} connections ({Bytes:N0} bytes in {Elapsed.TotalSeconds:0.00} s)");
}
