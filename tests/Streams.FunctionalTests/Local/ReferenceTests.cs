using System.Text.Json;
using Streams.FunctionalTests.Local.Referenced;

namespace Streams.FunctionalTests.Local;

/// <summary>Strings: commands or references, never a guess.</summary>
public class ReferenceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("RefServer", "1-RefServer")]
    [InlineData("Referenced.RefServer", "1-RefServer")]
    [InlineData("Streams.FunctionalTests.Local.Referenced.RefServer", "1-RefServer")]
    [InlineData("Streams.FunctionalTests!RefServer", "1-RefServer")]
    [InlineData("block:RefServer", "1-RefServer")]
    [InlineData("BigBuffers", "1-RefPerf.BigBuffers")]
    [InlineData("RefPerf.SmallBuffers", "1-RefPerf.SmallBuffers")]
    [InlineData("Streams.FunctionalTests!RefPerf.SmallBuffers", "1-RefPerf.SmallBuffers")]
    [InlineData("Streams.FunctionalTests.Local.Referenced.StrictServer", "1-StrictServer")]
    [InlineData("Streams.FunctionalTests!StrictServer", "1-StrictServer")]
    public async Task A_reference_runs_the_block_that_it_names(string reference, string name)
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var result = await streams.Add("localhost").RunFgAsync(reference).DefaultTimeout();

        Assert.Equal((name, BlockOutcome.Pass), (result.Name, result.Outcome));
        Assert.Contains("names a block, for it ", result.Description, StringComparison.Ordinal);
        Assert.Null(result.Command);
    }

    [Fact]
    public async Task The_background_handle_has_the_result_as_its_value_and_the_decision_is_on_record()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        BlockRun<BlockResult> reference = stream.RunBg("RefServer");
        var command = stream.RunBg("echo  hello");
        await streams.WaitAsync().DefaultTimeout();

        Assert.Same(reference.Result, await reference.ValueAsync());
        Assert.Equal("hello\n", (await command.ValueAsync()).StandardOutput);
        await streams.DisposeAsync();
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(command.Result!.Directory, "result.json")));
        Assert.Equal("echo  hello: a command line, for it has white space", json.RootElement.GetProperty("given").GetString());
        Assert.Contains("RefServer names a block, for it is one bare word: Streams.FunctionalTests.Local.Referenced.RefServer", File.ReadAllText(Path.Combine(reference.Result!.Directory, "debug.log")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RefSevrer", "No block 'RefSevrer' in Streams.FunctionalTests.dll; nearest: Streams.FunctionalTests.Local.Referenced.RefServer", "exec:RefSevrer")]
    [InlineData("uptime", "nothing comes near.", "write \"exec:uptime\"")]
    [InlineData("AbstractServer", "'AbstractServer' cannot be run: Streams.FunctionalTests.Local.Referenced.AbstractServer (Streams.FunctionalTests.dll) is abstract.", "")]
    [InlineData("HiddenServer", "HiddenServer (Streams.FunctionalTests.dll) is private.", "")]
    [InlineData("RefOdd.Hidden", "RefOdd.Hidden (Streams.FunctionalTests.dll) is private.", "")]
    [InlineData("RefOdd.Instance", "is not static.", "")]
    [InlineData("RefOdd.Wrong", "takes other parameters than a BlockContext.", "")]
    [InlineData("StrictServer", "Streams.FunctionalTests.Local.Referenced.StrictServer (Streams.FunctionalTests.dll) is strict, so write its full name.", "")]
    [InlineData("RefPerf", "'RefPerf' names 2 blocks: Streams.FunctionalTests.Local.Referenced.RefPerf.BigBuffers, Streams.FunctionalTests.Local.Referenced.RefPerf.SmallBuffers.", "RunAllBg")]
    [InlineData("No.Such.Assembly!RefServer", "the assembly 'No.Such.Assembly' cannot be loaded", "")]
    [InlineData("block:", "names no block", "")]
    [InlineData("RefClient", "Block Streams.FunctionalTests.Local.Referenced.RefClient cannot be made: RefClient needs the parameters server, clients; given: none.", "")]
    public async Task What_a_reference_cannot_name_is_refused_at_the_call(string reference, string message, string advice)
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var refused = Assert.Throws<ArgumentException>(() => { stream.RunBg(reference); });
        output.WriteLine(refused.Message);

        Assert.Contains(message, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(advice, refused.Message, StringComparison.Ordinal);
        Assert.Empty(stream.Results);
    }

    [Fact]
    public async Task All_blocks_of_a_reference_run_in_the_order_of_their_declaration()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var background = stream.RunAllBg("RefPerf");
        var foreground = await stream.RunAllFgAsync("block:RefPerf").DefaultTimeout();

        Assert.Equal(["1-RefPerf.BigBuffers", "2-RefPerf.SmallBuffers"], background.Select(run => run.Name));
        Assert.Equal(["3-RefPerf.BigBuffers", "4-RefPerf.SmallBuffers"], foreground.Select(result => result.Name));
    }

    [Fact]
    public async Task All_blocks_run_and_one_exception_tells_all_failures()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var failure = await Assert.ThrowsAsync<BlockFailedException>(() => stream.RunAllFgAsync("RefBroken")).DefaultTimeout();
        await streams.WaitAsync().DefaultTimeout();

        Assert.Equal(["1-RefBroken.First", "3-RefBroken.Third"], failure.Failures.Select(result => result.Name));
        Assert.Equal(3, stream.Results.Count);
    }

    [Fact]
    public async Task A_parameter_that_fits_nowhere_is_refused()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var refused = Assert.Throws<ArgumentException>(() => { stream.RunBg("RefClient", new BlockOptions { Parameters = new { Server = "db1", Clients = 3, Speed = 1 } }); });
        var wrong = Assert.Throws<ArgumentException>(() => { stream.RunBg("RefClient", new BlockOptions { Parameters = new { Server = "db1", Clients = 3.5 } }); });

        Assert.Contains("RefClient has no parameter Speed; it has: Server, Clients.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Parameter 'Clients' is '3.5' (Double), which is no Int32.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_fit_by_name_whatever_their_case_and_underscores()
    {
        await using var streams = new StreamCollection(output.WriteLine);

        var result = await streams.Add("localhost").RunFgAsync("RefClient", new BlockOptions { Parameters = new Dictionary<string, object?> { ["server"] = "db1", ["CLIENTS"] = "3" } }).DefaultTimeout();

        Assert.Contains("RefClient { Server = db1, Clients = 3 }", result.Description, StringComparison.Ordinal);
        Assert.Equal("db1", result.Parameters["server"]);
    }

    [Fact]
    public async Task The_seed_RFCs_advanced_example_holds()
    {
        // "self.streams[0].run_bg("NetServer", {"no_clients": len(self.streams)})", "stream.run_bg("NetPerf", {...})", wait.
        await using var streams = new StreamCollection(output.WriteLine);
        foreach (var name in new[] { "server", "client", "client2" })
            streams.Add("localhost", name);

        streams[0].RunBg("SeedNetServer", new BlockOptions { Parameters = new Dictionary<string, object?> { ["no_clients"] = streams.Count } });
        foreach (var stream in streams.Skip(1))
            stream.RunBg("SeedNetPerf", new BlockOptions { Parameters = new Dictionary<string, object?> { ["no_clients"] = streams.Count, ["server_ip"] = "localhost" } });
        await streams.WaitAsync().DefaultTimeout();

        Assert.All(streams, stream => Assert.Equal(BlockOutcome.Pass, Assert.Single(stream.Results).Outcome));
    }

    [Fact]
    public async Task Another_resolver_can_take_its_place()
    {
        await using var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { BlockResolver = new Greetings() });
        var stream = streams.Add("localhost");

        var known = await stream.RunFgAsync("hello").DefaultTimeout();
        var unknown = Assert.Throws<ArgumentException>(() => { stream.RunBg("goodbye"); });

        Assert.Equal("1-RefServer", known.Name);
        Assert.Contains("No block 'goodbye': the resolver (Greetings) knows none of that name", unknown.Message, StringComparison.Ordinal);
    }

    private sealed class Greetings : IBlockResolver
    {
        public IReadOnlyList<FoundBlock> Resolve(string reference, BlockParameters parameters) => reference == "hello" ? [new FoundBlock("hello", new RefServer())] : [];
    }
}
