using System.Linq.Expressions;
using System.Net.Sockets;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Streams.Blocks.Travel;

namespace Streams.Tests.Blocks;

public class RefusedBlockTests(PrimaryParameter output) : IClassFixture<PrimaryParameter>
{
    private int _field = 1;

    public delegate int OddBlock(string text);

    [Fact]
    public void Captured_socket_is_refused_with_variable_type_file_and_line()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var line = Line() + 1;
        var refused = Refused(() => client.Connected);
        Assert.Equal(
            $"Block at RefusedBlockTests.cs:{line} uses 'client' (System.Net.Sockets.Socket), which cannot travel to another process: it is bound to this process; pass plain values",
            refused.Message);
        Assert.Equal(("client", "System.Net.Sockets.Socket", line), (refused.Variable, refused.Type, refused.SourceLine));
        Assert.EndsWith("RefusedBlockTests.cs", refused.SourceFile, StringComparison.Ordinal);
    }

    [Fact]
    public void Path_to_the_offending_part_is_named()
    {
        using var sock = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var cfg = new Config { Items = [new Item(), new Item(), new Item { Sock = sock }] };
        Assert.Contains("uses 'cfg.Items[2].Sock' (System.Net.Sockets.Socket)", Refused(() => cfg.Items.Count).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Field_of_the_test_class_is_refused_naming_it()
    {
        var local = 1;
        Assert.Contains("uses 'this' (Streams.Tests.Blocks.RefusedBlockTests) through _field; copy", Refused(() => _field + local).Message, StringComparison.Ordinal);
        Assert.Contains("through _field", Refused(() => _field).Message, StringComparison.Ordinal);
        Assert.Contains("through Own()", Refused(() => Own() + local).Message, StringComparison.Ordinal);
        Assert.Contains("through Own()", Refused(new Func<int>(Own)).Message, StringComparison.Ordinal);
        _field = local;
    }

    [Fact]
    public void Primary_constructor_parameter_is_refused_naming_it() =>
        Assert.Contains("through output", Refused(() => output.ToString()).Message, StringComparison.Ordinal);

    [Fact]
    public void Async_lambda_that_uses_this_is_refused()
    {
        var local = 1;
        Assert.Contains("uses 'this'", Refused(async () =>
        {
            await Task.Yield();
            return _field + local;
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captured_delegate_that_uses_this_is_refused()
    {
        Func<int> inner = () => _field;
        Assert.Contains("'inner'", Refused(() => inner()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Assignments_of_captured_variables_are_refused()
    {
        var count = 0;
        var point = new Point();
        var text = "";
        GC.KeepAlive(text);
        Expect("count", () => { count++; });
        Expect("count", () => Interlocked.Increment(ref count));
        Expect("count", () => int.TryParse("1", out count));
        Expect("point", () => { point.X = 3; });
        Expect("point", () => { point = default; });
        Expect("text", async () =>
        {
            await Task.Yield();
            text = "x";
        });
        Expect("text", () =>
        {
            Action nested = () => text = "y";
            nested();
        });

        static void Expect(string variable, Delegate block) => Assert.Contains(
            $"assigns captured variable '{variable}'; the test would not see it: return the value from the block", Refused(block).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Async_void_is_refused()
    {
        Action block = async () => await Task.Yield();
        Assert.Contains("returns void but is async: its end cannot be seen; return Task", Refused(block).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_come_one_by_one_are_refused()
    {
        Assert.Contains("returns an System.Collections.Generic.IAsyncEnumerable<System.Int32>, which nobody would enumerate: return a list", Refused(new Func<IAsyncEnumerable<int>>(Later)).Message, StringComparison.Ordinal);
        Assert.Contains("is an iterator, of which nothing would run: return a list", Refused(new Func<IEnumerable<int>>(Lazy)).Message, StringComparison.Ordinal);
        Assert.NotNull(BlockDelegate.Describe(IEnumerable<int> () => [.. Lazy()], "Caller.cs", 7));

        static async IAsyncEnumerable<int> Later()
        {
            await Task.Yield();
            yield return 1;
        }

        static IEnumerable<int> Lazy()
        {
            yield return 1;
        }
    }

    [Fact]
    public void Multicast_is_refused()
    {
        Action block = () => { };
        block += () => { };
        Assert.Contains("multicast", Refused(block).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compiled_expression_and_dynamic_method_are_refused()
    {
        Expression<Func<int>> tree = () => 1;
        Assert.Contains("expression tree", Refused(tree.Compile()).Message, StringComparison.Ordinal);
        var method = new DynamicMethod("m", typeof(void), []);
        method.GetILGenerator().Emit(OpCodes.Ret);
        var refused = Refused(method.CreateDelegate<Action>());
        Assert.Equal("Block at Caller.cs:7 is a dynamic method, which exists in this process only; write it as a lambda or method", refused.Message);
    }

    [Fact]
    public void Method_of_the_framework_and_odd_parameters_are_refused()
    {
        Assert.Contains("a method of the framework", Refused(new Action(GC.Collect)).Message, StringComparison.Ordinal);
        Assert.Contains("takes parameters (System.String)", Refused(new OddBlock(text => text.Length)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_people_capture_by_mistake_is_refused_with_advice()
    {
        var token = CancellationToken.None;
        using var stream = new MemoryStream();
        var task = Task.CompletedTask;
        var finalized = new Finalized();
        Assert.Contains("use BlockContext.Cancellation", Refused(() => token.IsCancellationRequested).Message, StringComparison.Ordinal);
        Assert.Contains("pass the path or the bytes", Refused(() => stream.Length).Message, StringComparison.Ordinal);
        Assert.Contains("await it before", Refused(() => task.Status).Message, StringComparison.Ordinal);
        Assert.Contains("has a finalizer", Refused(() => finalized.ToString()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_refused()
    {
        var bytes = new byte[17 * 1024 * 1024];
        var refused = Refused(() => bytes.Length);
        Assert.Equal("bytes", refused.Variable);
        Assert.Contains("larger than 16 MiB", refused.Message, StringComparison.Ordinal);
    }

    private static BlockNotSendableException Refused(Delegate block) =>
        Assert.Throws<BlockNotSendableException>(() => BlockDelegate.Describe(block, "Caller.cs", 7));

    private static int Line([CallerLineNumber] int line = 0) => line;

    private int Own() => _field;

    private struct Point
    {
        public int X;
    }

    private sealed class Config
    {
        public List<Item> Items { get; init; } = [];
    }

    private sealed class Item
    {
        public Socket? Sock { get; init; }
    }

    private sealed class Finalized
    {
        ~Finalized() => GC.KeepAlive(this);
    }
}

public sealed class PrimaryParameter;
