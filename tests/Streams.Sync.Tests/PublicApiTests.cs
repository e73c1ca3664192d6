namespace Streams.Sync.Tests;

public class PublicApiTests
{
    [Fact]
    public void Options_never_print_the_token()
    {
        var token = new string('a', 32);
        Assert.DoesNotContain(token, $"{new SyncServerOptions { Token = token }}{new SyncClientOptions { Address = "tcp:127.0.0.1:1", Party = "me", Token = token }}{new SyncRelayOptions { Address = "tcp:127.0.0.1:1", Party = "me", UnixSocketPath = "/x", Token = token }}");
    }

    [Fact]
    public void Public_api_is_the_reviewed_one() => PublicApiText.AssertUnchanged(typeof(SyncServer).Assembly, "PublicApi.txt");
}
