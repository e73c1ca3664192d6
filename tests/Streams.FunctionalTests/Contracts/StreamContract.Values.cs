using System.Net.Sockets;

namespace Streams.FunctionalTests.Contracts;

/// <content>Captures and results: what travels, and that it is a copy.</content>
public abstract partial class StreamContract
{
    [Case]
    public async Task What_a_block_captures_travels_to_it()
    {
        var words = new List<string> { "live", "migration" };
        var place = new Place("db1", new Dictionary<string, int> { ["port"] = 5432 });

        Assert.Equal("live migration db1 5432", await Shared.RunFgAsync(() => $"{string.Join(' ', words)} {place.Host} {place.Ports["port"]}").DefaultTimeout());
    }

    [Case]
    public async Task A_block_has_copies_of_what_it_captured()
    {
        var words = new List<string> { "one" };

        Assert.Equal(2, await Shared.RunFgAsync(() =>
        {
            words.Add("two");
            return words.Count;
        }).DefaultTimeout());
        Assert.Equal(["one"], words);
    }

    [Case]
    public async Task A_result_is_a_copy_of_what_the_block_had()
    {
        var given = new List<string> { "one" };
        var returned = await Shared.RunFgAsync(() => given).DefaultTimeout();

        Assert.Equal(given, returned);
        Assert.NotSame(given, returned);
    }

    [Case]
    public async Task Shared_references_stay_shared_on_the_way_there_and_back()
    {
        var one = new Place("one", []);
        var pair = new[] { one, one };

        var (there, back) = await Shared.RunFgAsync(() => (ReferenceEquals(pair[0], pair[1]), pair)).DefaultTimeout();

        Assert.True(there);
        Assert.Same(back[0], back[1]);
    }

    [Case]
    public async Task A_capture_that_cannot_travel_is_refused_before_anything_runs()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var refused = await Assert.ThrowsAsync<BlockNotSendableException>(async () => await Shared.RunFgAsync(() => socket.Connected)).DefaultTimeout();

        Assert.Contains("'socket'", refused.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task An_assignment_to_a_captured_variable_is_refused_for_the_test_would_not_see_it()
    {
        var count = 0;
        var refused = await Assert.ThrowsAsync<BlockNotSendableException>(async () => await Shared.RunFgAsync(() => { count = 1; })).DefaultTimeout();

        Assert.Contains("'count'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, count);
    }

    [Case]
    public async Task This_is_refused_naming_the_member()
    {
        var refused = await Assert.ThrowsAsync<BlockNotSendableException>(async () => await Shared.RunFgAsync(() => Output.ToString())).DefaultTimeout();

        Assert.Contains("'this'", refused.Message, StringComparison.Ordinal);
    }

    [Case]
    public async Task Methods_local_functions_and_iterators_callers_are_blocks_too()
    {
        var factor = 21;
        int Doubled() => factor * 2;
        static async Task<int> Later() => await Task.FromResult(7);

        Assert.Equal(42, await Shared.RunFgAsync(Doubled).DefaultTimeout());
        Assert.Equal(7, await Shared.RunFgAsync(Later).DefaultTimeout());
        Assert.Equal("static", await Shared.RunFgAsync(Place.Describe).DefaultTimeout());
    }

    [Case]
    public async Task A_result_comes_home_typed()
    {
        var place = await Shared.RunFgAsync(() => new Place("web2", new Dictionary<string, int> { ["http"] = 80 })).DefaultTimeout();

        Assert.Equal(("web2", 80), (place.Host, place.Ports["http"]));
    }

    [Case]
    public async Task A_result_can_be_null() => Assert.Null(await Shared.RunFgAsync(() => (string?)null).DefaultTimeout());

    [Case]
    public async Task A_large_result_comes_home_whole()
    {
        var bytes = await Shared.RunFgAsync(() => Enumerable.Range(0, 4 << 20).Select(number => (byte)number).ToArray()).DefaultTimeout();

        Assert.Equal(4 << 20, bytes.Length);
        Assert.Equal((byte)255, bytes[255]);
        Assert.Equal((byte)255, bytes[^1]);
    }

    [Case]
    public async Task A_result_that_cannot_travel_fails_the_block_and_says_so()
    {
        var failure = await FailureOfAsync(Shared.RunFgAsync(() => new Holder(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))));

        Assert.Equal((BlockOutcome.Fail, OutcomeReason.ResultNotSendable), (failure.Failures[0].Outcome, failure.Failures[0].Reason));
        Assert.Contains("the block itself passed", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(nameof(Socket), failure.Message, StringComparison.Ordinal);
    }

    internal sealed record Place(string Host, Dictionary<string, int> Ports)
    {
        public static string Describe() => "static";
    }

    internal sealed record Holder(object Held);
}
