using Streams.Hosts;

namespace Streams.Tests.Hosts;

/// <summary>Hosts that a command gives a shell in, and ways through several: which command line they become.</summary>
public sealed class HostWayTests
{
    [Theory]
    [InlineData("netns:blue", "ip netns exec blue sh")]
    [InlineData("podman:web_1", "podman exec -i web_1 sh")]
    [InlineData("docker:web.1", "docker exec -i web.1 sh")]
    [InlineData("kubectl:web", "kubectl exec -i web -- sh")]
    [InlineData("kubectl:shop/web", "kubectl exec -i -n shop web -- sh")]
    [InlineData("kubectl:shop/web/log", "kubectl exec -i -n shop web -c log -- sh")]
    [InlineData("sudo:postgres", "sudo -n -u postgres -- sh")]
    [InlineData("srun:n7", "srun --unbuffered --nodes=1 --ntasks=1 --nodelist=n7 sh")]
    [InlineData("sudo:root>netns:blue", "sudo -n -u root -- ip netns exec blue sh")]
    [InlineData(" netns:blue > podman:web ", "ip netns exec blue podman exec -i web sh")]
    public void Command_hosts_become_words_of_one_command_line(string text, string words)
    {
        var host = StreamHost.Parse(text);
        Assert.Equal(words.Split(' '), HostHop.Onward(host.Way));
        Assert.IsType<CommandConnector>(host.CreateConnector(new SshOptions()));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), host.ToString());
    }

    [Fact]
    public void What_follows_ssh_is_one_quoted_word_of_the_remote_command()
    {
        var host = StreamHost.Ssh("gate", "me", 2201).Then(StreamHost.Command("odd", ["env", "A=b c;d", "sh"]));
        var command = ((SshConnector)host.CreateConnector(new SshOptions())).Command("/log");
        Assert.Equal(["-l", "me", "-p", "2201", "--", "gate", "exec env 'A=b c;d' sh"], command.TakeLast(7));
    }

    [Fact]
    public void Ssh_behind_ssh_is_quoted_twice_and_asks_nobody()
    {
        var command = ((SshConnector)StreamHost.Parse("gate>root@db1:22>netns:blue").CreateConnector(new SshOptions())).Command("/log");
        Assert.StartsWith("exec ssh -T -o 'BatchMode=yes' ", command[^1], StringComparison.Ordinal);
        Assert.EndsWith(" -l root -p 22 -- db1 'exec ip netns exec blue sh'", command[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netns:", "'' is not a valid network namespace: it is empty")]
    [InlineData("netns:-x", "'-x' is not a valid network namespace: character '-' at 1")]
    [InlineData("netns:a/b", "'a/b' is not a valid network namespace: character '/' at 2")]
    [InlineData("podman:a;b", "'a;b' is not a valid container: character ';' at 2")]
    [InlineData("kubectl:a/-n", "'a/-n' is not a valid pod: character '-' at 3")]
    [InlineData("kubectl:a/b/c/d", "'a/b/c/d' is not a valid pod: character '/' at 6")]
    [InlineData("kubectl:a//b", "'a//b' is not a valid pod: a part of it is empty")]
    [InlineData("sudo:$(x)", "'$(x)' is not a valid user name: character '$' at 1")]
    [InlineData("web2>", "'' is not a valid host name: it is empty")]
    [InlineData("web2>local", "'web2>local' is not a valid way to a host: 'localhost' can only stand alone")]
    [InlineData("inproc>netns:a", "'inproc>netns:a' is not a valid way to a host: nothing can follow 'inproc'")]
    public void Wrong_text_is_refused_naming_the_character(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => StreamHost.Parse(text)).Message);

    [Fact]
    public void Equal_ways_share_a_connection_whatever_they_are_called()
    {
        Assert.Equal(StreamHost.Parse("WEB2>netns:a"), StreamHost.Ssh("web2").Then(StreamHost.Parse("netns:a")));
        Assert.Equal(StreamHost.Parse("netns:a"), StreamHost.Command("other", ["ip", "netns", "exec", "a", "sh"]));
        Assert.NotEqual(StreamHost.Parse("netns:a"), StreamHost.Parse("netns:A"));
        Assert.NotEqual(StreamHost.Parse("web2>netns:a"), StreamHost.Parse("netns:a"));
        Assert.Equal(StreamHost.From(new Shell("x")), StreamHost.From(new Shell("x")));
        Assert.NotEqual(StreamHost.From(new Shell("x")), StreamHost.Ssh("x"));
    }

    [Fact]
    public void Nothing_follows_what_cannot_run_a_command()
    {
        var next = StreamHost.Parse("netns:a");
        Assert.Throws<ArgumentException>(() => StreamHost.From(new Shell("x")).Then(next));
        Assert.Throws<ArgumentException>(() => StreamHost.Command("serial", ["connect-console"]).Then(next));
        Assert.Throws<ArgumentException>(() => next.Then(StreamHost.Local));
        Assert.Same(next, StreamHost.Local.Then(next));
    }

    [Theory]
    [InlineData("ssh -F '/my files/c' -v", "ssh|-F|/my files/c|-v")]
    [InlineData("  \"/opt/my ssh/ssh\"\t-x ", "/opt/my ssh/ssh|-x")]
    [InlineData("a'b c'd \"\" $HOME \\n", "ab cd||$HOME|\\n")]
    public void Ssh_command_of_the_environment_is_split_without_expanding_anything(string text, string words) =>
        Assert.Equal(words.Split('|'), SshOptions.CommandOf(text)!);

    [Fact]
    public void Open_quote_and_no_command_are_told_apart()
    {
        Assert.Null(SshOptions.CommandOf("ssh '-F"));
        Assert.Equal(["ssh"], SshOptions.CommandOf(" ")!);
    }

    [Fact]
    public void Names_stand_for_hosts()
    {
        var map = HostMap.Parse(" server=root@db1 ,client=netns:blue,, b=local");
        Assert.Equal("root@db1", map.Find("server")!.ToString());
        Assert.Equal("netns:blue", map.Find("client")!.ToString());
        Assert.True(map.Find("b")!.IsLocal);
        Assert.Null(map.Find("Server"));
    }

    [Fact]
    public async Task Stream_is_named_by_the_name_that_stood_for_its_host()
    {
        // No other test of this process uses that name, and none reads another one of the list.
        Environment.SetEnvironmentVariable("STREAMS_HOSTS", "role-of-a-test=local");
        try
        {
            using var results = new TempDirectory();
            await using var streams = new StreamCollection(options: new StreamCollectionOptions { ResultsRoot = results.Root });
            Assert.Equal(("role-of-a-test", true), (streams.Add("role-of-a-test") is var stream ? stream.Name : "", stream.Host.IsLocal));
            Assert.Equal("localhost", streams.Add("local").Name);
            Assert.Equal(StreamHost.Local, StreamHost.Find("role-of-a-test"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("STREAMS_HOSTS", null);
        }
    }

    [Theory]
    [InlineData("server", "STREAMS_HOSTS has the entry 'server': it must read NAME=HOST. It reads like server=root@db1,client=web2.")]
    [InlineData("=db1", "STREAMS_HOSTS has the entry '=db1': it must read NAME=HOST. It reads like server=root@db1,client=web2.")]
    [InlineData("a=b,a=c", "STREAMS_HOSTS has the entry 'a=c': the name 'a' has a host already. It reads like server=root@db1,client=web2.")]
    [InlineData("a=b;c", "STREAMS_HOSTS has the entry 'a=b;c': 'b;c' is not a valid host name: character ';' at 2. It reads like server=root@db1,client=web2.")]
    public void Wrong_entry_is_named(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => HostMap.Parse(text)).Message);

    private sealed record Shell(string Host) : IHostConnector
    {
        public Task<HostConnection> ConnectAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
