using Streams.Hosts;

namespace Streams.Tests.Hosts;

/// <summary>Cases that a real sshd does not give on demand; the texts are OpenSSH's own. The others are functional tests.</summary>
public sealed class SshDiagnosisTests
{
    private const string Reached = "debug1: Connecting to 10.9.8.7 [10.9.8.7] port 2201.\ndebug1: Connection established.\n";
    private const string LoggedIn = Reached + "debug1: Authenticating to 10.9.8.7:2201 as 'root'\nAuthenticated to 10.9.8.7 ([10.9.8.7]:2201) using \"publickey\".\n";

    [Theory]
    [InlineData(Reached + "ssh: connect to host 10.9.8.7 port 2201: No route to host", HostFailure.ConnectionRefused, "connect", "no route")]
    [InlineData("ssh: connect to host 10.9.8.7 port 2201: Connection timed out", HostFailure.TimedOut, "connect", "did not answer")]
    [InlineData(Reached + "Connection timed out during banner exchange", HostFailure.TimedOut, "connect", "stayed silent")]
    [InlineData(Reached + "debug1: kex_exchange_identification: banner line 0: HTTP/1.1 400 Bad Request\nkex_exchange_identification: Connection closed by remote host", HostFailure.ConnectionClosed, "banner", "'HTTP/1.1 400 Bad Request'")]
    [InlineData(Reached + "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.9.8.7 port 2201\r\n", HostFailure.ConnectionClosed, "connect", "MaxStartups")]
    [InlineData("Connection closed by UNKNOWN port 65535", HostFailure.ConnectionClosed, "connect", "ProxyJump")]
    [InlineData(Reached + "debug1: Server accepts key: /home/me/.ssh/id_ed25519 ED25519 SHA256:abc explicit\nroot@10.9.8.7: Permission denied (publickey).", HostFailure.KeyLocked, "login", "ssh-add")]
    [InlineData(LoggedIn + "Connection to 10.9.8.7 closed by remote host.", HostFailure.ConnectionClosed, "shell", "lost after the login")]
    [InlineData(LoggedIn + "Timeout, server 10.9.8.7 not responding.", HostFailure.ConnectionClosed, "shell", "stopped answering")]
    [InlineData(LoggedIn + "debug1: client_input_channel_req: channel 0 rtype exit-status reply 0", HostFailure.NoShell, "shell", "shell ended")]
    [InlineData(Reached + "@    WARNING: REVOKED HOST KEY DETECTED!     @\nHost key verification failed.", HostFailure.HostKeyChanged, "host key", "revoked")]
    [InlineData("", HostFailure.Unknown, "shell", "exit code 255")]
    public void Cause_is_told_from_the_log(string log, HostFailure failure, string stage, string words)
    {
        var exception = SshDiagnosis.Explain(new SshEvidence("web2", "shell", 255, log, "", "ssh ... web2"));
        Assert.Equal((failure, stage), (exception.Failure, exception.Stage));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("host web2: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("command:  ssh ... web2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transferred_bytes_are_read_from_the_last_line_of_that_name()
    {
        const string Log = "Transferred: sent 1, received 2 bytes, in 0.1 seconds\r\nTransferred: sent 3204, received 2872 bytes, in 0.2 seconds\r\nBytes per second: sent 1.0\r\n";
        Assert.Equal(new SshTransfer(3204, 2872), SshTransfer.Parse(Log));
        Assert.Null(SshTransfer.Parse("debug1: nothing"));
    }
}
