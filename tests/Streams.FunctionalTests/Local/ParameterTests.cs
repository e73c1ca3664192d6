using System.Net.Sockets;
using System.Text.Json;

namespace Streams.FunctionalTests.Local;

/// <summary>Parameters: given by name or as an object, read either way, kept with the results.</summary>
public class ParameterTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_dictionary_is_read_by_name_and_as_a_record()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var options = new BlockOptions { Parameters = new Dictionary<string, object?> { ["no_clients"] = 2, ["server_ip"] = "10.0.0.1" } };

        var (clients, missing, record) = await streams.Add("localhost").RunFgAsync(
            block => (block.Parameters.Get<int>("no_clients"), block.Parameters.Get("port", 5201), block.ParametersAs<Network>()), options).DefaultTimeout();

        Assert.Equal((2, 5201), (clients, missing));
        Assert.Equal(new Network(2, "10.0.0.1"), record);
    }

    [Fact]
    public async Task A_record_is_read_as_itself_and_by_name()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var options = new BlockOptions { Parameters = new Network(3, "db1") };

        var (record, ip) = await streams.Add("localhost").RunFgAsync(block => (block.ParametersAs<Network>(), block.Parameters["ServerIp"]), options).DefaultTimeout();

        Assert.Equal((new Network(3, "db1"), "db1"), (record, ip));
    }

    [Fact]
    public async Task Parameters_are_in_the_result_and_on_record()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var run = streams.Add("localhost").RunBg(() => { }, new BlockOptions { Parameters = new { Server = "db1\u001b[2J", Ports = new[] { 1, 2 } } });
        await streams.WaitAsync().DefaultTimeout();
        await streams.DisposeAsync();

        var expected = new Dictionary<string, string> { ["Server"] = "db1\\e[2J", ["Ports"] = "[1, 2]" };
        Assert.Equal(expected, run.Result!.Parameters);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Result.Directory, "result.json")));
        Assert.Equal(expected, json.RootElement.GetProperty("parameters").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!));
    }

    [Fact]
    public async Task What_is_missing_is_told_with_what_there_is()
    {
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var failure = await Assert.ThrowsAsync<BlockFailedException>(
            () => stream.RunFgAsync(block => block.Parameters.Get<int>("clients"), new BlockOptions { Parameters = new { Server = "db1" } })).DefaultTimeout();
        var record = await Assert.ThrowsAsync<BlockFailedException>(
            () => stream.RunFgAsync(block => block.ParametersAs<Network>().NoClients, new BlockOptions { Parameters = new Dictionary<string, object?> { ["NoClients"] = 1 } })).DefaultTimeout();

        Assert.Contains("No parameter 'clients' was given; there are: Server.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Network needs the parameter ServerIp; given: NoClients.", record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_that_cannot_travel_or_have_no_names_are_refused_at_the_call()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await using var streams = new StreamCollection(output.WriteLine);
        var stream = streams.Add("localhost");

        var bound = Assert.Throws<BlockNotSendableException>(() => { stream.RunBg(() => { }, new BlockOptions { Parameters = new Dictionary<string, object?> { ["connection"] = socket } }); });
        var nameless = Assert.Throws<ArgumentException>(() => { stream.RunBg(() => { }, new BlockOptions { Parameters = 5 }); });
        output.WriteLine(bound.Message);

        Assert.Contains("The parameters of the block given at ParameterTests.cs:", bound.Message, StringComparison.Ordinal);
        Assert.Contains("(System.Net.Sockets.Socket), which cannot travel", bound.Message, StringComparison.Ordinal);
        Assert.Contains("give a dictionary, or an object with properties, not a Int32", nameless.Message, StringComparison.Ordinal);
        Assert.Empty(stream.Results);
    }

    internal sealed record Network(int NoClients, string ServerIp);
}
