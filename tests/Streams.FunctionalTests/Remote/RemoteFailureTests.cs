using System.Net;
using System.Net.Sockets;
using Streams.Tests.Shared.TestBed;

namespace Streams.FunctionalTests.Remote;

/// <summary>What a user sees when a host cannot be reached or prepared: told apart, with what to do.</summary>
[Collection(SshHostsCollection.Name)]
public class RemoteFailureTests(SshHosts hosts, ITestOutputHelper output)
{
    [NeedsFact(SshHosts.Needed)]
    public async Task A_name_that_does_not_resolve_is_told()
    {
        var failure = await FailureAsync("no-such-host.invalid", hosts.Bed.SshConfig);

        Assert.Contains("no-such-host.invalid", failure.Message, StringComparison.Ordinal);
        Assert.Contains("resolve", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_refused_connection_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var failure = await FailureAsync($"root@127.0.0.1:{port}", hosts.Bed.SshConfig);

        Assert.Contains("refused", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task An_unknown_host_key_is_told_with_its_fingerprint_and_the_line_to_run()
    {
        using var directory = new TempDirectory();
        var failure = await FailureAsync(hosts.Bed["dotnet"].Place, ConfigWith(directory, knownHosts: "", identity: hosts.Bed.Identity));

        Assert.Contains("SHA256:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ssh-keyscan", failure.Message, StringComparison.Ordinal);
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task A_denied_login_is_told_with_the_keys_that_were_offered()
    {
        using var directory = new TempDirectory();
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory["stranger"]);
        var failure = await FailureAsync(hosts.Bed["dotnet"].Place, ConfigWith(directory, File.ReadAllText(hosts.Bed.KnownHosts), directory["stranger"]));

        Assert.Contains("refused", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("stranger", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-oProxyCommand=touch /tmp/streams-hacked")]
    [InlineData("a;b")]
    [InlineData("a$(b)")]
    [InlineData("a`b`")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a$b@host")]
    [InlineData("-x@host")]
    [InlineData("@host")]
    [InlineData("user@")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:22a")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Hosts_and_users_that_could_be_read_as_something_else_are_refused_at_the_call(string host)
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var refused = Assert.ThrowsAny<Exception>(() => streams.Add(host));
        output.WriteLine(refused.Message);

        Assert.True(refused is ArgumentException or FormatException, refused.ToString());
        Assert.Empty(streams);
        Assert.False(File.Exists("/tmp/streams-hacked"));
    }

    [NeedsFact(SshHosts.Needed)]
    public async Task The_queue_of_an_unreachable_stream_is_cancelled_and_other_streams_go_on()
    {
        await using var streams = NewCollection(hosts.Bed.SshConfig);
        var dead = streams.Add("no-such-host.invalid", "dead");
        dead.RunBg(() => { });
        var second = dead.RunBg(() => { });
        var living = await streams.Add("localhost").RunFgAsync(() => "here").DefaultTimeout();

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.WaitAsync()).DefaultTimeout();
        output.WriteLine(failure.Message);

        Assert.Equal("here", living);
        Assert.Equal(OutcomeReason.NotStarted, Assert.Single(failure.Failures).Reason);
        Assert.Equal((BlockOutcome.Cancel, OutcomeReason.StreamLost), (second.Result!.Outcome, second.Result.Reason));
    }

    private static string ConfigWith(TempDirectory directory, string knownHosts, string identity)
    {
        File.WriteAllText(directory["known_hosts"], knownHosts);
        File.WriteAllText(directory["config"], $"""
            Host *
              IdentityFile {identity}
              IdentitiesOnly yes
              UserKnownHostsFile {directory["known_hosts"]}
              GlobalKnownHostsFile /dev/null

            """);
        return directory["config"];
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync().DefaultTimeout();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task<BlockFailedException> FailureAsync(string host, string sshConfig)
    {
        await using var streams = NewCollection(sshConfig);
        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => streams.Add(host, "client").RunFgAsync(() => { })).DefaultTimeout();
        output.WriteLine(failure.Message);
        Assert.Equal((BlockOutcome.Error, OutcomeReason.NotStarted), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        return failure;
    }

    private StreamCollection NewCollection(string sshConfig) =>
        new(output.WriteLine, new StreamCollectionOptions { Ssh = new SshOptions { ConfigFile = sshConfig } });
}
