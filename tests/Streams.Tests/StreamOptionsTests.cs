using Streams.Blocks;
using Streams.Wire;

namespace Streams.Tests;

public class StreamOptionsTests
{
    /// <summary>D18: a stream is not a test runner. Whoever adds a setting here must have won that argument first.</summary>
    [Fact]
    public void Nothing_else_can_be_set_per_stream() => Assert.Equal(
        ["Environment", "FailurePolicy", "IsEssential", "Tags", "TimeLimit"],
        typeof(StreamOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\0B")]
    public void Names_that_no_environment_can_hold_are_refused(string name)
    {
        var refused = Assert.Throws<ArgumentException>(() => new StreamOptions { Environment = new Dictionary<string, string> { [name] = "x" } });

        Assert.Contains($"'{name.Replace("\0", "\\0", StringComparison.Ordinal)}' cannot be the name", refused.Message);
    }

    [Fact]
    public void An_environment_that_no_program_could_be_started_with_is_refused_saying_why()
    {
        var one = Assert.Throws<ArgumentException>(() => new StreamOptions { Environment = new Dictionary<string, string> { ["BIG"] = new('x', 3_000_000) } });
        var all = Assert.Throws<ArgumentException>(() => new StreamOptions { Environment = Enumerable.Range(0, 30).ToDictionary(i => $"V{i}", _ => new string('x', 100_000)) });

        Assert.Contains("'BIG' has 3,000,005 bytes", one.Message);
        Assert.Contains("E2BIG", one.Message);
        Assert.Contains("E2BIG", all.Message);
    }

    [Fact]
    public void Options_are_not_changed_by_what_happens_to_what_they_were_made_of()
    {
        var (tags, variables) = (new List<string> { "a" }, new Dictionary<string, string> { ["A"] = "1" });
        var options = new StreamOptions { Tags = tags, Environment = variables };
        tags.Add("b");
        variables["B"] = "2";

        Assert.Equal(["a"], options.Tags);
        Assert.Equal(["A"], options.Environment.Keys);
    }

    [Fact]
    public async Task A_block_that_would_wait_for_its_own_stream_is_refused_at_once()
    {
        await using var streams = new StreamCollection(options: new StreamCollectionOptions { Owner = nameof(A_block_that_would_wait_for_its_own_stream_is_refused_at_once) });
        var (own, other) = (streams.Add("localhost", "own"), streams.Add("localhost", "other"));
        // As in the process of a test whose streams run in it.
        RunningBlock.Enter(new BlockId { Collection = streams.Id, Stream = "own", Ordinal = 1 });

        var refused = Assert.Throws<InvalidOperationException>(() => { _ = own.RunFgAsync(() => { }); });
        Assert.Contains("would wait for itself", refused.Message);
        Assert.Throws<InvalidOperationException>(() => { _ = streams[..].RunFgAsync(() => { }); });
        Assert.Throws<InvalidOperationException>(() => { _ = own.WaitAsync(); });
        await Assert.ThrowsAsync<InvalidOperationException>(() => own.StopAsync());
        await other.RunFgAsync(() => { }).DefaultTimeout();

        RunningBlock.Enter(null);
        Assert.Empty(own.Results);
        await own.RunFgAsync(() => { }).DefaultTimeout();
    }
}
