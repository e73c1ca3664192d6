using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Streams.Hosts;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Bootstrap;

/// <summary>Uploads whose connection is cut, or is slow: what has arrived is not sent again, and no partial set ever runs.</summary>
[Collection(BadHostsCollection.Name)]
public sealed class CutUploadTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private const int Files = 12;
    private const int FileSize = 200_000;

    private readonly Starter _starter = new();
    private readonly TempDirectory _directory = new();

    private Bed Bed => hosts.Bed;

    public void Dispose()
    {
        _starter.Dispose();
        _directory.Dispose();
    }

    [NeedsTheory(SshHosts.Needed)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    [InlineData(1_000_000)]
    [InlineData(2_000_000)]
    public async Task Cut_upload_goes_on_by_itself_as_long_as_something_arrived(int cutAfter)
    {
        FillProgram();
        await using var link = new CuttingLink(Bed["dotnet"], cutAfter);
        var exception = await Record.ExceptionAsync(async () => await (await StartAsync(link)).DisposeAsync());
        output.WriteLine($"cut after {cutAfter}: {link.Connections} connections, {link.BytesToHost} bytes; {exception?.Message}");
        if (exception is not null)
        {
            // Nothing whole had arrived when it was cut: that would not end by itself.
            var refused = Assert.IsType<HostConnectException>(exception);
            Assert.Equal((HostFailure.ConnectionClosed, "upload"), (refused.Failure, refused.Stage));
            Assert.InRange(cutAfter, 0, 400_000);
        }

        link.CutAfter = long.MaxValue;
        await using var agent = await StartAsync(link);
        await agent.EchoAsync();
        Assert.Equal($"{Files}\n", await Bed.ExecAsync(Bed["dotnet"], $"cd '{agent["program"]}' && sha256sum data* | awk '{{ if (substr($1, 1, 8) != substr($2, 5, 8)) bad++ }} END {{ print NR - bad }}'"));
        Assert.InRange(link.BytesToHost, Files * FileSize, (2 * Files * FileSize) + 200_000);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Slow_link_gets_packed_files()
    {
        FillProgram(compressible: true);
        await using var link = new CuttingLink(Bed["dotnet"], long.MaxValue) { BytesPerSecond = 1_000_000 };
        await using var agent = await StartAsync(link);
        await agent.EchoAsync();
        output.WriteLine($"{Files * FileSize} bytes of files took {link.BytesToHost} bytes on a link of 1 MB/s");
        Assert.InRange(link.BytesToHost, 1, Files * FileSize / 2);
    }

    private void FillProgram(bool compressible = false)
    {
        for (var index = 0; index < Files; index++)
        {
            var content = compressible ? [.. Enumerable.Repeat((byte)index, FileSize)] : RandomNumberGenerator.GetBytes(FileSize);
            File.WriteAllBytes(Path.Combine(_starter.ProgramFolder, "data" + Convert.ToHexStringLower(SHA256.HashData(content))[..8]), content);
        }
    }

    private Task<EchoedAgent> StartAsync(CuttingLink link)
    {
        var host = Bed["dotnet"];
        File.WriteAllText(_directory["config"], $"Host far\n  HostName 127.0.0.1\n  Port {link.Port}\n  HostKeyAlias [{host.Address}]:{host.Port}\n{File.ReadAllText(Bed.SshConfig)}");
        var connector = new SshConnector(StreamHost.Parse("root@far"), new SshOptions { ConfigFile = _directory["config"] });
        return Starter.StartAsync(connector, _starter.Bundles, Starter.WithoutDotnet with { MaxRetries = 0 });
    }

    /// <summary>A relay to a host's sshd that cuts each connection after so many bytes to the host, or lets them through slowly.</summary>
    private sealed class CuttingLink : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly BedHost _host;
        private readonly Task _accepting;

        public CuttingLink(BedHost host, long cutAfter)
        {
            _host = host;
            CutAfter = cutAfter;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public long CutAfter { get; set; }

        public long BytesPerSecond { get; init; } = long.MaxValue;

        public int Connections { get; private set; }

        public long BytesToHost { get; private set; }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            var relays = new List<Task>();
            try
            {
                while (true)
                    relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync()));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(relays).DefaultTimeout();
            }
        }

        private async Task RelayAsync(TcpClient near)
        {
            Connections++;
            using var far = new TcpClient { NoDelay = true };
            try
            {
                await far.ConnectAsync(_host.Address, _host.Port);
                await Task.WhenAny(CopyUpAsync(near.GetStream(), far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // A cut, which is what this is for.
            }
            finally
            {
                near.Dispose();
            }
        }

        private async Task CopyUpAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[16 * 1024];
            var passed = 0L;
            while (passed < CutAfter && await from.ReadAsync(buffer) is > 0 and var count)
            {
                passed += count;
                BytesToHost += count;
                if (BytesPerSecond < long.MaxValue)
                    await Task.Delay(TimeSpan.FromSeconds((double)count / BytesPerSecond));
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
    }
}
