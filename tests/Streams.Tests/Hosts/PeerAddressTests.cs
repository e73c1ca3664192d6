using Streams.Hosts;

namespace Streams.Tests.Hosts;

public class PeerAddressTests
{
    [Theory]
    [InlineData("localhost", "localhost", "localhost")]
    [InlineData("root@web2:2222", "localhost", "web2")]
    [InlineData("web2", "db1", "web2")]
    [InlineData("admin@WEB2", "web2", "localhost")] // another user of the same host
    [InlineData("web2:2222", "web2", "web2")] // another port may be another machine
    [InlineData("[2001:db8::1]", "localhost", "2001:db8::1")]
    [InlineData("localhost", "web2", "")] // what it calls the test's machine is not known, and loopback would be itself
    public void Address_is_one_that_works_from_there(string peer, string from, string address) =>
        Assert.Equal(address, PeerAddress.Of(StreamHost.Parse(peer), StreamHost.Parse(from)));
}
