using Streams.Hosts;

namespace Streams.Tests.Hosts;

public sealed class SshConnectorTests
{
    [Fact]
    public void Host_and_command_stand_behind_the_end_of_the_options()
    {
        var command = new SshConnector(StreamHost.Parse("root@web2:2201"), new SshOptions { Command = ["ssh"] }).Command("/log");
        Assert.Equal(["-l", "root", "-p", "2201", "--", "web2", "exec sh"], command.TakeLast(7));
        Assert.Contains("BatchMode=yes", command);
        Assert.Contains("StrictHostKeyChecking=yes", command);
        Assert.Contains("ForwardAgent=no", command);
    }

    [Theory]
    [InlineData("no-such-ssh-anywhere")]
    [InlineData("/etc/passwd")]
    [InlineData("/no/such/ssh")]
    public async Task Missing_ssh_is_said_before_anything_is_started(string command)
    {
        using var logs = new TempDirectory();
        var connector = new SshConnector(StreamHost.Parse("web2"), new SshOptions { Command = [command], LogDirectory = logs.Root });
        var exception = await Assert.ThrowsAsync<HostConnectException>(() => connector.ConnectAsync(CancellationToken.None));
        Assert.Equal(HostFailure.ConnectorUnavailable, exception.Failure);
        Assert.Contains(command, exception.Message, StringComparison.Ordinal);
        Assert.Contains("STREAMS_SSH", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Promise 58: whatever the user's configuration turns on, ssh itself says what it makes of ours.</summary>
    [NeedsFact(Needs.Ssh)]
    public async Task Nothing_is_forwarded_shared_or_run_here_whatever_the_configuration_says()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory["config"], """
            Host *
              ForwardAgent yes
              ForwardX11 yes
              PermitLocalCommand yes
              LocalCommand touch /tmp/never
              ControlMaster auto
              ControlPath /tmp/never-%C
              RemoteCommand tmux
              RequestTTY force
              LocalForward 7999 localhost:80
              StrictHostKeyChecking no
              BatchMode no
            """);
        var command = new SshConnector(StreamHost.Parse("web2"), new SshOptions { Command = ["ssh"], ConfigFile = directory["config"] }).Command(directory["log"]);
        var start = new System.Diagnostics.ProcessStartInfo("ssh", ["-G", .. command.Skip(1)]) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        var settings = (await process.StandardOutput.ReadToEndAsync().DefaultTimeout()).Split('\n');
        await process.WaitForExitAsync().DefaultTimeout();

        foreach (var expected in new[] { "forwardagent no", "forwardx11 no", "permitlocalcommand no", "controlmaster false", "requesttty false", "stricthostkeychecking true", "batchmode yes", "clearallforwardings yes" })
            Assert.Contains(expected, settings);
        Assert.DoesNotContain(settings, line => line.StartsWith("controlpath ", StringComparison.Ordinal) && line != "controlpath none");
        Assert.DoesNotContain(settings, line => line.StartsWith("localforward", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Any_command_that_gives_a_shell_is_a_connection()
    {
        await using var connection = await new CommandConnector("here", ["env", "A B=c d", "sh"]).ConnectAsync(CancellationToken.None);
        await connection.ToHost.WriteAsync("echo $((6 * 7))\n"u8.ToArray());
        await connection.ToHost.FlushAsync();
        using var reader = new StreamReader(connection.FromHost);
        Assert.Equal("42", await reader.ReadLineAsync().DefaultTimeout());
    }
}
