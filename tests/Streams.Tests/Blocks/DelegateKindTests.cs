using Streams.Tests.Workers;

namespace Streams.Tests.Blocks;

/// <summary>Every kind of delegate, run in a second process.</summary>
public class DelegateKindTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static readonly Dictionary<string, (Delegate Block, object? Expected)> Kinds = Make();

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Runs_in_another_process(string name)
    {
        var (block, expected) = Kinds[name];
        var finished = fixture.Worker.Finish(block);
        Assert.True(finished.Outcome == Wire.WireOutcome.OutcomePass, $"{finished.Message}\n{finished.Error?.StackTrace}");
        if (expected is null)
        {
            Assert.True(finished.Value.IsEmpty);
            return;
        }

        Assert.Equal(expected, Streams.Blocks.Values.ValueReader.Read(finished.Value.Memory, expected.GetType(), Streams.Blocks.Values.ValueUse.Result));
    }

    private static Dictionary<string, (Delegate Block, object? Expected)> Make()
    {
        var kinds = new Dictionary<string, (Delegate, object?)>();
        var host = "h1";
        var port = 5;
        var unused = new MemoryStream();
        Func<int, int> twice = x => 2 * x * port;
        void Add(string name, Delegate block, object? expected) => kinds.Add(name, (block, expected));

        Add("action", () => { }, null);
        Add("static lambda", static () => 41 + 1, 42);
        Add("lambda without captures", () => 7, 7);
        Add("captures beside an unsendable one", () => host + port, "h15");
        Add("the other lambda keeps the stream in the same closure", () => host.Length, 2);
        Add("with context", (BlockContext block) => block.Stream + block.Host, "s1here");
        Add("async", async () => await Task.FromResult(host), "h1");
        Add("async that really yields", async () =>
        {
            await Task.Delay(1);
            await Task.Yield();
            return host + port;
        }, "h15");
        Add("async with context", async (BlockContext block) =>
        {
            await Task.Yield();
            return port + block.Ordinal - block.Ordinal;
        }, 5);
        Add("async without result", async () => await Task.Yield(), null);
        Add("Task as result type", Task () => Task.CompletedTask, null);
        Add("ValueTask", async ValueTask () => await Task.Yield(), null);
        Add("ValueTask of T", async ValueTask<string> () =>
        {
            await Task.Yield();
            return host;
        }, "h1");
        Add("static method group", new Func<string>(StaticMethod), "static");
        Add("static async method group", new Func<BlockContext, Task<string>>(StaticAsync), "s1");
        Add("generic method group", new Func<string>(NameOf<int>), "Int32");
        Add("generic lambda", MakeGeneric("x"), "String x");
        Add("lambda of a generic type", Generic<int>.Block(3), "Int32 3");
        Add("extension method group", new Func<string>("abc".Reversed), "cba");
        Add("captured delegate", () => twice(3), 30);
        Add("nested lambda", () => Enumerable.Range(0, 3).Select(i => i + port).Sum(), 18);
        Add("query", () => string.Join(',', from c in host where char.IsLetter(c) select c), "h");
        Add("local function", LocalFunction(4), 44);
        Add("static local function", StaticLocalFunction(), 9);
        Add("method group of a local function", LocalFunctionGroup(4), 8);
        Add("method group of a static local function", new Func<Task<int>>(StaticLocal), 5);
        Add("iterator", Iterator(3), "0,1,2");
        Add("async iterator", AsyncIterator(3), 3);
        Add("recursive local function", Factorial(5), 120);
        for (var i = 0; i < 2; i++)
        {
            var inner = i;
            Add($"loop variable {i}", () => host + inner, $"h1{i}");
        }

        Add("three scopes", ThreeScopes(), "abc");
        Add("own local assigned by nested lambda", () =>
        {
            var count = 0;
            Action increment = () => count++;
            increment();
            increment();
            return count + port;
        }, 7);
        Add("method called on a captured struct", CapturedStruct(), "2020-01-02");
        Add("generic async lambda", GenericAsync(new List<int> { 1, 2 }), 2);
        Add("try, finally and switch", () =>
        {
            try
            {
                return host switch { "h1" => port, "h2" => 2, "h3" => 3, "h4" => 4, "h5" => 5, "h6" => 6, "h7" => 7, _ => throw new InvalidOperationException() };
            }
            finally
            {
                GC.KeepAlive(host);
            }
        }, 5);
        Add("delegate that captures a delegate", ChainOfDelegates(), 4);
        Add("late delegate widens the closure", LateDelegate(), "lateh");
        Add("expression tree within", () =>
        {
            System.Linq.Expressions.Expression<Func<int>> tree = () => port + 1;
            return tree.Compile()();
        }, 6);
        GC.KeepAlive((Action)(() => unused.WriteByte(1)));
        return kinds;

        static async Task<int> StaticLocal()
        {
            await Task.Yield();
            return 5;
        }
    }

    private static string StaticMethod() => "static";

    private static async Task<string> StaticAsync(BlockContext block)
    {
        await Task.Yield();
        return block.Stream;
    }

    private static string NameOf<T>() => typeof(T).Name;

    private static Func<string> MakeGeneric<T>(T value) => () => $"{typeof(T).Name} {value}";

    private static Func<int> LocalFunction(int by)
    {
        return () => Outer(40);

        int Outer(int x) => Inner(x);

        int Inner(int x) => x + by;
    }

    private static Func<int> LocalFunctionGroup(int of)
    {
        return Twice;

        int Twice() => 2 * of;
    }

    private static Func<int> StaticLocalFunction()
    {
        return () => Square(3);

        static int Square(int x) => x * x;
    }

    private static Func<string> Iterator(int count)
    {
        return () => string.Join(',', Numbers());

        IEnumerable<int> Numbers()
        {
            for (var i = 0; i < count; i++)
                yield return i;
        }
    }

    private static Func<Task<int>> AsyncIterator(int count)
    {
        return async () =>
        {
            var sum = 0;
            await foreach (var number in Numbers())
                sum += number;
            return sum;
        };

        async IAsyncEnumerable<int> Numbers()
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }

    private static Func<int> Factorial(int of)
    {
        return () => Step(of);

        static int Step(int n) => n <= 1 ? 1 : n * Step(n - 1);
    }

    private static Func<string> ThreeScopes()
    {
        var a = "a";
        var socket = new object();
        GC.KeepAlive((Action)(() => GC.KeepAlive(socket)));
        {
            var b = "b";
            {
                var c = "c";
                return () => a + b + c;
            }
        }
    }

    private static Func<string> CapturedStruct()
    {
        var day = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        return () => day.AddDays(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Func<Task<int>> GenericAsync<T>(List<T> items) => async () =>
    {
        await Task.Yield();
        return items.Count;
    };

    private static Func<int> ChainOfDelegates()
    {
        var one = 1;
        Func<int> first = () => one + 1;
        Func<int> second = () => first() + 1;
        return () => second() + 1;
    }

    private static Func<string> LateDelegate()
    {
        var text = "late";
        var more = "h";
        var list = new List<Func<string>> { () => text + more };
        return () => list[0]();
    }

    private static class Generic<T>
    {
        public static Func<string> Block(T value) => () => $"{typeof(T).Name} {value}";
    }
}

internal static class StringExtensions
{
    public static string Reversed(this string text) => new([.. text.Reverse()]);
}
