namespace Streams.Tests;

public class PublicApiTests
{
    [Fact]
    public void Public_api_is_the_reviewed_one() => PublicApiText.AssertUnchanged(typeof(StreamCollection).Assembly, "PublicApi.txt");
}
