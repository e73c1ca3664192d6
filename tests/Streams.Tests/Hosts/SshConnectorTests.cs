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
