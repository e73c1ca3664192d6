namespace Streams.Tests;

public class PublicApiTests
{
    [Fact]
    public void Public_surface_changes_only_on_purpose() => PublicApiText.AssertUnchanged(typeof(StreamCollection).Assembly, "PublicApi.txt");
}
