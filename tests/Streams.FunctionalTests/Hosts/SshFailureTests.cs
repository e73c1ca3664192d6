using System.Net;
using System.Net.Sockets;
using Streams.FunctionalTests.Bootstrap;
using Streams.Hosts;
using Streams.Remoting;
using Streams.Tests.Shared.TestBed;
using Xunit.Abstractions;

namespace Streams.FunctionalTests.Hosts;

/// <summary>Each way in which a host cannot be reached is told apart, with a real ssh and sshd.</summary>
[Collection(BadHostsCollection.Name)]
public sealed class SshFailureTests(SshHosts hosts, ITestOutputHelper output) : IDisposable
{
    private readonly Starter _starter = new();
    private readonly TempDirectory _directory = new();

    private Bed Bed => hosts.Bed;

    public void Dispose()
    {
        _starter.Dispose();
        _directory.Dispose();
    }

    [NeedsFact(SshHosts.Needed)]
    public Task Unknown_host_key_shows_the_fingerprint_and_the_line_to_run() =>
        FailsAsync(
            Bed["dotnet"].Place, Config("/dev/null", Bed.Identity), HostFailure.HostKeyUnknown, "host key",
            "ED25519 key SHA256:", $"ssh-keyscan -p {Bed["dotnet"].Port} {Bed["dotnet"].Address} >> ~/.ssh/known_hosts");

    [NeedsFact(SshHosts.Needed)]
    public Task Changed_host_key_shows_how_to_remove_the_known_one()
    {
        var (host, other) = (Bed["dotnet"], Bed["libc"]);
        var otherKey = File.ReadLines(Bed.KnownHosts).First(line => line.Contains($"[{other.Address}]:{other.Port}", StringComparison.Ordinal)).Split(' ', 2)[1];
        File.WriteAllText(_directory["known"], $"[{host.Address}]:{host.Port} {otherKey}\n");
        return FailsAsync(
            host.Place, Config(_directory["known"], Bed.Identity), HostFailure.HostKeyChanged, "host key",
            "ED25519 key is SHA256:", "ssh-keygen -f", $"-R \"[{host.Address}]:{host.Port}\"");
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Denied_login_lists_the_keys_that_were_offered()
    {
        var key = await KeyAsync("stranger", passPhrase: "");
        await FailsAsync(Bed["dotnet"].Place, Config(Bed.KnownHosts, key), HostFailure.LoginDenied, "login", "login as root was refused", key, "Permission denied");
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Locked_key_is_told_from_a_refused_one()
    {
        var host = Bed["dotnet"];
        var key = await KeyAsync("locked", passPhrase: "a pass phrase");
        var publicKey = (await File.ReadAllTextAsync(key + ".pub")).Trim();
        await Bed.ExecAsync(host, $"echo '{publicKey}' >> /etc/ssh/authorized_keys");
        await FailsAsync(host.Place, Config(Bed.KnownHosts, key), HostFailure.KeyLocked, "login", "pass phrase", "ssh-add");
    }

    [NeedsFact(SshHosts.Needed)]
    public Task Bad_configuration()
    {
        File.WriteAllText(_directory["bad"], "Host *\n  NoSuchOption yes\n");
        return FailsAsync(Bed["dotnet"].Place, _directory["bad"], HostFailure.ConnectorUnavailable, "connect", "Bad configuration option: nosuchoption");
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task Dropped_connections_are_tried_again_and_refused_logins_are_not()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var connections = 0;
        using var end = new CancellationTokenSource();
        var dropping = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(end.Token);
                connections++;
            }
        });
        var options = new BootstrapOptions { MaxRetries = 2, RetryPause = TimeSpan.FromMilliseconds(20) };
        await FailsAsync($"root@127.0.0.1:{port}", Bed.SshConfig, HostFailure.ConnectionClosed, "connect", "MaxStartups", options: options);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropping);
        Assert.Equal(3, connections);
    }

    private Task FailsAsync(string place, string config, HostFailure failure, string stage, params string[] words) =>
        FailsAsync(place, config, failure, stage, words, new BootstrapOptions());

    private Task FailsAsync(string place, string config, HostFailure failure, string stage, string word, BootstrapOptions options) =>
        FailsAsync(place, config, failure, stage, [word], options);

    private async Task FailsAsync(string place, string config, HostFailure failure, string stage, string[] words, BootstrapOptions options)
    {
        var connector = new SshConnector(StreamHost.Parse(place), new SshOptions { ConfigFile = config, ConnectTimeout = TimeSpan.FromSeconds(2) });
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => Starter.StartAsync(connector, _starter.Bundles, options));
        output.WriteLine(exception.Message);
        Assert.Equal((failure, stage), (exception.Failure, exception.Stage));
        foreach (var word in words)
            Assert.Contains(word, exception.Message, StringComparison.Ordinal);
    }

    private string Config(string knownHosts, string identity)
    {
        var path = _directory["config"];
        File.WriteAllText(path, $"Host *\n  UserKnownHostsFile {knownHosts}\n  GlobalKnownHostsFile /dev/null\n  IdentityFile {identity}\n  IdentitiesOnly yes\n  IdentityAgent none\n");
        return path;
    }

    private async Task<string> KeyAsync(string name, string passPhrase)
    {
        using var process = System.Diagnostics.Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", passPhrase, "-f", _directory[name]]);
        await process.WaitForExitAsync().DefaultTimeout();
        return _directory[name];
    }
}
