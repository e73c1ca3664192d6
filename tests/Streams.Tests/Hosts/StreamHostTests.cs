namespace Streams.Tests.Hosts;

public sealed class StreamHostTests
{
    [Theory]
    [InlineData("web2", null, "web2", null)]
    [InlineData("root@web2", "root", "web2", null)]
    [InlineData("root@web2:2201", "root", "web2", 2201)]
    [InlineData("ssh://root@web2:2201", "root", "web2", 2201)]
    [InlineData("ssh://localhost", null, "localhost", null)]
    [InlineData("ssh://web2/", null, "web2", null)]
    [InlineData("[::1]", null, "::1", null)]
    [InlineData("a@[fe80::1%eth0]:22", "a", "fe80::1%eth0", 22)]
    [InlineData("::1", null, "::1", null)]
    [InlineData("j.doe@corp.example@db-1.example_x", "j.doe@corp.example", "db-1.example_x", null)]
    public void Host_is_read_in_all_its_forms(string text, string? user, string name, int? port)
    {
        var host = StreamHost.Parse(text);
        Assert.Equal((user, name, port, false), (host.User, host.Name, host.Port, host.IsLocal));
        Assert.Equal(text, host.ToString());
    }

    [Theory]
    [InlineData("local")]
    [InlineData("localhost")]
    public void Bare_localhost_is_this_machine(string text) => Assert.Same(StreamHost.Local, StreamHost.Parse(text));

    [Fact]
    public void Inproc_is_the_tests_own_process_and_a_host_of_that_name_goes_by_ssh()
    {
        Assert.Same(StreamHost.InProcess, StreamHost.Parse("inproc"));
        Assert.True(StreamHost.InProcess.IsLocal);
        Assert.NotEqual(StreamHost.InProcess, StreamHost.Local);
        Assert.False(StreamHost.Parse("ssh://inproc").IsLocal);
    }

    [Theory]
    [InlineData("-oProxyCommand=x", "'-oProxyCommand=x' is not a valid host name: character '-' at 1")]
    [InlineData("ssh://-oProxyCommand=x", "'-oProxyCommand=x' is not a valid host name: character '-' at 1")]
    [InlineData("a;b", "'a;b' is not a valid host name: character ';' at 2")]
    [InlineData("a$(b)", "'a$(b)' is not a valid host name: character '$' at 2")]
    [InlineData("a`b`", "'a`b`' is not a valid host name: character '`' at 2")]
    [InlineData("a b", "'a b' is not a valid host name: character ' ' at 2")]
    [InlineData("a\nb", "'a\\nb' is not a valid host name: character U+000A at 2")]
    [InlineData("a\0b", "'a\\x00b' is not a valid host name: character U+0000 at 2")]
    [InlineData("ä", "'ä' is not a valid host name: character U+00E4 at 1")]
    [InlineData("%h", "'%h' is not a valid host name: character '%' at 1")]
    [InlineData("", "'' is not a valid host name: it is empty")]
    [InlineData("user@", "'' is not a valid host name: it is empty")]
    [InlineData("@host", "'' is not a valid user name: it is empty")]
    [InlineData("::1%eth0;x", "'::1%eth0;x' is not a valid host name: character ';' at 9")]
    [InlineData("[::1", "'[::1' is not a valid host name: ']' is missing")]
    [InlineData("[::1]x", "'[::1]x' is not a valid host name: character 'x' at 6")]
    [InlineData("[1.2.3.4]", "'1.2.3.4' is not a valid host name: not an IPv6 address")]
    [InlineData("a$b@h", "'a$b' is not a valid user name: character '$' at 2")]
    [InlineData("a\\b@h", "'a\\b' is not a valid user name: character '\\' at 2")]
    [InlineData("-x@h", "'-x' is not a valid user name: character '-' at 1")]
    [InlineData("a\nb@h", "'a\\nb' is not a valid user name: character U+000A at 2")]
    [InlineData("h:0", "'0' is not a valid port: a number from 1 to 65535 is needed")]
    [InlineData("h:65536", "'65536' is not a valid port: a number from 1 to 65535 is needed")]
    [InlineData("h:22a", "'22a' is not a valid port: a number from 1 to 65535 is needed")]
    [InlineData("h:", "'' is not a valid port: a number from 1 to 65535 is needed")]
    [InlineData("http://h", "'http' is not a valid port", true)]
    public void Hostile_or_wrong_text_is_refused_naming_the_character(string text, string message, bool anyMessage = false)
    {
        var exception = Assert.Throws<FormatException>(() => StreamHost.Parse(text));
        if (!anyMessage)
            Assert.Equal(message, exception.Message);
        Assert.False(StreamHost.TryParse(text, out _));
    }

    [Fact]
    public void Overlong_name_is_refused_and_shown_shortened()
    {
        var exception = Assert.Throws<FormatException>(() => StreamHost.Parse(new string('a', 300)));
        Assert.InRange(exception.Message.Length, 20, 200);
    }

    [Theory]
    [InlineData("WEB2", "web2", true)]
    [InlineData("ssh://web2", "web2", true)]
    [InlineData("[::1]", "[0:0:0:0:0:0:0:1]", true)]
    [InlineData("local", "localhost", true)]
    [InlineData("ssh://localhost", "localhost", false)]
    [InlineData("a@web2", "A@web2", false)]
    [InlineData("web2:22", "web2", false)]
    public void Hosts_are_equal_by_meaning(string one, string other, bool equal)
    {
        var (first, second) = (StreamHost.Parse(one), StreamHost.Parse(other));
        Assert.Equal(equal, first == second);
        if (equal)
            Assert.Equal(first.GetHashCode(), second.GetHashCode());
    }
}
