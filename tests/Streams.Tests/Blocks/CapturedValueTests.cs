using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Streams.Blocks.Values;
using Streams.Tests.Workers;

namespace Streams.Tests.Blocks;

/// <summary>Every kind of value, captured, sent to a second process and returned from there.</summary>
public class CapturedValueTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly Dictionary<string, object> Values = Make();

    public static TheoryData<string> Names => [.. Values.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Travels_there_and_back(string name)
    {
        var value = Values[name];
        var box = new object[] { value };
        var back = fixture.Worker.Result<object[]>(() => box)[0];
        Assert.Equal(Codecs.TypeOf(value), Codecs.TypeOf(back));
        Assert.Equal(Text(value), Text(back));
    }

    [Fact]
    public void Identity_and_cycles_are_kept()
    {
        var node = new Node { Name = "a" };
        node.Next = new Node { Name = "b", Next = node };
        var list = new List<object> { node, node };
        list.Add(list);
        var same = fixture.Worker.Result<bool>(() => ReferenceEquals(list[0], list[1]) && ReferenceEquals(list[2], list) && ReferenceEquals(node.Next.Next, node) && ReferenceEquals(list[0], node));
        Assert.True(same);
        var back = fixture.Worker.Result<Node>(() => node);
        Assert.Same(back, back.Next!.Next);
    }

    [Fact]
    public void List_of_100_000_linked_nodes_travels()
    {
        Node? head = null;
        for (var i = 0; i < 100_000; i++)
            head = new Node { Name = "n", Next = head };
        var count = fixture.Worker.Result<int>(() =>
        {
            var count = 0;
            for (var node = head; node is not null; node = node.Next)
                count++;
            return count;
        });
        Assert.Equal(100_000, count);
    }

    [Fact]
    public void Comparers_are_kept()
    {
        var map = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 };
        var set = new HashSet<string>(["x"], StringComparer.OrdinalIgnoreCase);
        Assert.Equal("1True", fixture.Worker.Result<string>(() => map["a"] + set.Contains("X").ToString()));
    }

    [Fact]
    public void Keys_of_the_authors_types_are_found_again()
    {
        var map = new Dictionary<Key, string> { [new Key("a", 1)] = "v" };
        Assert.Equal("v", fixture.Worker.Result<string>(() => map[new Key("a", 1)]));
    }

    [Fact]
    public void Private_state_and_run_time_types_are_kept()
    {
        Shape shape = new Circle(3);
        Assert.Equal(28, fixture.Worker.Result<int>(() => (int)shape.Area()));
        Assert.Equal(28, (int)fixture.Worker.Result<Shape>(() => shape).Area());
    }

    [Fact]
    public void Exception_keeps_type_message_and_inner()
    {
        var exception = new OwnException("m", 5, new ArgumentException("inner", "p"));
        var back = fixture.Worker.Result<OwnException>(() => exception);
        Assert.Equal(("m", 5), (back.Message, back.Code));
        Assert.Equal("p", Assert.IsType<ArgumentException>(back.InnerException).ParamName);
    }

    [Fact]
    public void Result_that_cannot_travel_fails_the_block_saying_that_it_passed()
    {
        var finished = fixture.Worker.Finish(() => new Holder { Inner = new MemoryStream() });
        Assert.Equal((Wire.WireOutcome.OutcomeFail, Wire.WireReason.ReasonResultNotSendable), (finished.Outcome, finished.Reason));
        Assert.Equal(
            "The block itself passed, but its result could not be sent home: result.Inner: System.IO.MemoryStream is bound to this process; pass the path or the bytes",
            finished.Message);
    }

    [Fact]
    public void Delegate_in_a_result_is_refused()
    {
        var finished = fixture.Worker.Finish(object () => new List<Func<int>> { () => 1 });
        Assert.Equal(Wire.WireReason.ReasonResultNotSendable, finished.Reason);
        Assert.Contains("result[0]", finished.Message, StringComparison.Ordinal);
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        JsonElement json => json.GetRawText(),
        Exception exception => exception.Message,
        StringBuilder text => text.ToString(),
        Memory<byte> memory => Text(memory.ToArray()),
        IPAddress or IPEndPoint or Type => value.ToString()!,
        System.Collections.IEnumerable sequence => $"[{string.Join(';', sequence.Cast<object?>().Select(Text))}]",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture) + time.Kind,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static Dictionary<string, object> Make() => new()
    {
        ["bool"] = true, ["char"] = 'x', ["byte"] = (byte)200, ["long"] = long.MinValue, ["float NaN"] = float.NaN, ["double infinity"] = double.NegativeInfinity,
        ["Half"] = (Half)1.5, ["Int128"] = Int128.MaxValue, ["decimal"] = 1.10m, ["BigInteger"] = BigInteger.Pow(7, 100), ["Complex"] = new Complex(1, 2),
        ["string"] = "a\0\u00e4\ud83d\ude00", ["lone surrogate"] = "x\ud800", ["empty string"] = "",
        ["DateTime utc"] = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), ["DateTime local"] = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Local),
        ["DateTimeOffset"] = new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), ["TimeSpan"] = TimeSpan.FromTicks(1), ["DateOnly"] = new DateOnly(2020, 1, 1),
        ["TimeOnly"] = new TimeOnly(1, 2), ["Guid"] = Guid.Parse("0123456789abcdef0123456789abcdef"), ["Index"] = ^3, ["Range"] = 1..^2, ["Rune"] = new Rune('x'),
        ["Uri"] = new Uri("http://h/p?q"), ["relative Uri"] = new Uri("a/b", UriKind.Relative), ["Version"] = new Version(1, 2, 3),
        ["IPAddress"] = IPAddress.Parse("fe80::1%3"), ["IPAddress.Loopback"] = IPAddress.Loopback, ["IPEndPoint"] = new IPEndPoint(IPAddress.IPv6Any, 80), ["DnsEndPoint"] = new DnsEndPoint("h", 1),
        ["CultureInfo"] = CultureInfo.InvariantCulture, ["Regex"] = new Regex("a+", RegexOptions.IgnoreCase), ["StringBuilder"] = new StringBuilder("sb"),
        ["FileInfo"] = new FileInfo("/tmp/x"), ["Type"] = typeof(Dictionary<string, Node[]>), ["StringComparer"] = StringComparer.Ordinal, ["JsonElement"] = JsonElement.Parse("{\"a\":[1,2]}"),
        ["enum"] = DayOfWeek.Friday, ["own enum"] = Colour.Blue, ["int[]"] = new[] { 1, 2 }, ["int[,]"] = new[,] { { 1, 2 }, { 3, 4 } }, ["string[][]"] = new[] { new[] { "a" }, [] },
        ["List"] = new List<string?> { "a", null }, ["Queue"] = new Queue<int>([1, 2]), ["Stack"] = new Stack<int>([1, 2]), ["LinkedList"] = new LinkedList<int>([1, 2]),
        ["HashSet"] = new HashSet<int> { 1, 2 }, ["SortedSet"] = new SortedSet<int> { 2, 1 }, ["Dictionary"] = new Dictionary<string, int> { ["a"] = 1 },
        ["SortedDictionary"] = new SortedDictionary<string, int> { ["b"] = 1, ["a"] = 2 }, ["SortedList"] = new SortedList<int, int> { [2] = 1, [1] = 2 },
        ["ConcurrentDictionary"] = new ConcurrentDictionary<string, int>([new("a", 1)]), ["ConcurrentQueue"] = new ConcurrentQueue<int>([1, 2]),
        ["ConcurrentStack"] = new ConcurrentStack<int>([1, 2]), ["ConcurrentBag"] = new ConcurrentBag<int> { 1 },
        ["ImmutableArray"] = ImmutableArray.Create(1, 2), ["ImmutableList"] = ImmutableList.Create("a", "b"), ["nested ImmutableList"] = ImmutableList.Create(ImmutableList.Create(1), ImmutableList.Create(2)),
        ["ImmutableHashSet"] = ImmutableHashSet.Create(1), ["ImmutableDictionary"] = ImmutableDictionary.CreateRange([new KeyValuePair<string, int>("a", 1)]),
        ["FrozenSet"] = new[] { 1, 2, 3 }.ToFrozenSet(), ["FrozenSet of strings"] = new[] { "a", "bb" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        ["FrozenDictionary"] = new Dictionary<string, int> { ["a"] = 1 }.ToFrozenDictionary(),
        ["ReadOnlyCollection"] = new ReadOnlyCollection<int>([1, 2]), ["Collection"] = new Collection<int> { 1 }, ["ReadOnlyDictionary"] = new ReadOnlyDictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }),
        ["Tuple"] = Tuple.Create(1, "a"), ["ValueTuple"] = (1, "a", (2, 3)), ["long ValueTuple"] = (1, 2, 3, 4, 5, 6, 7, 8, 9), ["KeyValuePair"] = new KeyValuePair<string, int>("a", 1),
        ["Memory"] = new Memory<byte>([1, 2, 3], 1, 2), ["ArraySegment"] = new ArraySegment<int>([1, 2, 3], 1, 2),
        ["anonymous"] = new { A = 1, B = "x" }, ["record"] = new Key("k", 2), ["record struct"] = new Pair(1, "x"), ["Nullable fields"] = new WithNullables { A = 3 },
        ["InvalidOperationException"] = new InvalidOperationException("broken"), ["array of objects"] = new object?[] { 1, "a", null, new Key("x", 1) },
        ["array of interfaces"] = new IComparable[] { 1, "a" }, ["array of structs"] = new[] { new Pair(1, "a"), new Pair(2, "b") }, ["decimal[]"] = new[] { 1.5m },
    };

    public enum Colour : byte
    {
        Red,
        Blue,
    }

    public sealed class Node
    {
        public string Name { get; set; } = "";

        public Node? Next { get; set; }
    }

    public sealed record Key(string Name, int Number);

    public readonly record struct Pair(int A, string B);

    public sealed record WithNullables
    {
        public int? A { get; init; }

        public Guid? B { get; init; }
    }

    public abstract class Shape
    {
        public abstract double Area();
    }

    public sealed class Circle(double radius) : Shape
    {
        public override double Area() => Math.PI * radius * radius;
    }

    public sealed class OwnException(string message, int code, Exception inner) : Exception(message, inner)
    {
        public int Code { get; } = code;
    }

    public sealed class Holder
    {
        public object? Inner { get; init; }
    }
}
