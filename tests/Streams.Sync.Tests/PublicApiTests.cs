namespace Streams.Sync.Tests;

public class PublicApiTests
{
    [Fact]
    public void Public_api_is_the_reviewed_one() => PublicApiText.AssertUnchanged(typeof(SyncServer).Assembly, "PublicApi.txt");
}
