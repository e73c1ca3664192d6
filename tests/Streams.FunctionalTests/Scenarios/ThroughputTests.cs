using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Streams.FunctionalTests.Scenarios;

/// <summary>The example that the library is designed for: a server here, a client there, two barriers, a figure that comes home.</summary>
public class ThroughputTests(ITestOutputHelper output)
{
    /// <summary>Sends each client as much as it asks for, one after another.</summary>
    private const string Server = """
        import socket, sys
        server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            client, _ = server.accept()
            client.sendall(b"x" * int(client.makefile().readline()))
            client.close()
        """;

    [NeedsFact(Needs.Iperf)]
    public async Task First_example_runs_with_iperf3()
    {
        var port = FreePort();
        await using var streams = new StreamCollection(output.WriteLine);
        var server = streams.Add("localhost", name: "server");
        var client = streams.Add("localhost", name: "client");

        server.RunBg(async block =>
        {
            await using var iperf = await block.StartAsync($"iperf3 -s -p {port}", ready: Ready.Listening(port));
            await block.Sync.BarrierAsync("setup", 2);
            await block.Sync.BarrierAsync("finished", 2);
        });
        var mbits = await client.RunFgAsync(async block =>
        {
            await block.Sync.BarrierAsync("setup", 2);
            var run = await block.RunAsync($"iperf3 -J -c {block.Peers["server"].Address} -p {port} -t 1");
            await block.Sync.BarrierAsync("finished", 2);
            using var report = JsonDocument.Parse(run.StandardOutput);
            return report.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e6;
        }).DefaultTimeout();

        await streams.WaitAsync().DefaultTimeout();
        output.WriteLine($"{mbits:0} Mbit/s");
        Assert.True(mbits > 1);
    }

    [NeedsFact(Needs.Python)]
    public async Task First_example_runs_with_a_small_server()
    {
        var port = FreePort();
        await using var streams = new StreamCollection(output.WriteLine);
        var server = streams.Add("localhost", name: "server");
        var client = streams.Add("localhost", name: "client");

        var serving = server.RunBg(async block =>
        {
            await using var program = await block.StartAsync($"python3 -c {Server} {port}", ready: Ready.Listening(port));
            await block.Sync.BarrierAsync("setup", 2);
            await block.Sync.BarrierAsync("finished", 2);
        });
        var bytes = await client.RunFgAsync(async block =>
        {
            await block.Sync.BarrierAsync("setup", 2);
            using var connection = new TcpClient(block.Peers["server"].Address!, port);
            await connection.GetStream().WriteAsync("1000000\n"u8.ToArray());
            using var received = new MemoryStream();
            await connection.GetStream().CopyToAsync(received);
            block.Measure("received", received.Length, "bytes");
            await block.Sync.BarrierAsync("finished", 2);
            return received.Length;
        }).DefaultTimeout();

        await streams.WaitAsync().DefaultTimeout();
        Assert.Equal(1_000_000, bytes);
        Assert.Equal("received 1000000 bytes", Assert.Single(client.Results[0].Measurements).ToString());
        Assert.Equal(BlockOutcome.Pass, serving.Result!.Outcome);
        Assert.Throws<SocketException>(() => new TcpClient("127.0.0.1", port)); // the server has ended with its block
    }

    /// <summary>A server that dies: the client is not left waiting, and the cause is the server's.</summary>
    [Fact]
    public async Task Server_that_does_not_come_up_is_the_cause_that_is_told()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        streams.Add("localhost", name: "server").RunBg(async block =>
        {
            await using var program = await block.StartAsync("echo cannot bind >&2; exit 1", ready: Ready.Listening(5201));
            await block.Sync.BarrierAsync("setup", 2);
        });
        streams.Add("localhost", name: "client").RunBg(block => block.Sync.BarrierAsync("setup", 2));

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Contains("Command exited with code 1", failure.Message.Split("as a consequence")[0], StringComparison.Ordinal);
        Assert.Contains("cannot bind", failure.Message, StringComparison.Ordinal);
        Assert.Equal(OutcomeReason.ExitCode, failure.Failures[0].Reason);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
