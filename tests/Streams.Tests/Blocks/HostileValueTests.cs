using System.Collections.Immutable;
using System.Diagnostics;
using Google.Protobuf;
using Streams.Blocks.Values;
using Streams.Wire;

namespace Streams.Tests.Blocks;

/// <summary>Results come from hosts that may lie: one exception type, no hang, bounded memory, no foreign type.</summary>
public class HostileValueTests
{
    private static readonly object[] Seeds =
    [
        new List<CapturedValueTests.Key> { new("a", 1), new("b", 2) },
        new Dictionary<string, int[]> { ["x"] = [1, 2, 3], ["y"] = new int[200] },
        new object?[] { 1, "text", null, DateTime.UnixEpoch, ImmutableList.Create(1, 2), new CapturedValueTests.Pair(1, "z"), 1.5m, new Version(1, 2), new int[2, 3] },
        new CapturedValueTests.Node { Name = "n", Next = new CapturedValueTests.Node() },
        (1, "a", new HashSet<int> { 1, 2 }, new Memory<byte>([1, 2, 3]), ImmutableArray.Create("q"), Tuple.Create(1, typeof(int))),
        new InvalidOperationException("e", new ArgumentException("i", "p")),
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Damaged_bytes_give_only_the_one_exception(int seed)
    {
        var random = new Random(seed);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var rounds = 0;
        foreach (var value in Seeds)
        {
            var whole = ValueWriter.Write(value, value.GetType()).ToByteArray();
            for (var round = 0; round < 700; round++, rounds++)
                Read(Damage(whole, random), round % 2 == 0 ? value.GetType() : typeof(object));
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / rounds, 0, 2_000_000);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (var value in Seeds)
        {
            var whole = ValueWriter.Write(value, value.GetType()).ToByteArray();
            for (var length = 0; length < whole.Length; length++)
                Assert.Throws<ValueFormatException>(() => ValueReader.Read(whole.AsMemory(0, length), value.GetType(), ValueUse.Result));
        }
    }

    [Fact]
    public void Announced_lengths_take_no_memory()
    {
        var identity = new TypeIdentity { ArrayRank = 1, Arguments = { TypeIdentities.Of(typeof(long)) } }.ToByteArray();
        byte[] bytes = [1, 1, (byte)identity.Length, .. identity, 1, 0, 0xFF, 0xFF, 0xFF, 0x7F];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ValueFormatException>(() => ValueReader.Read(bytes, typeof(object), ValueUse.Result));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory, InlineData("System.Diagnostics.Process", "System.Diagnostics.Process"), InlineData("System.Private.CoreLib", "System.IO.FileStream"), InlineData("Evil", "Evil.Gadget")]
    public void Types_that_nobody_asked_for_are_not_loaded(string assembly, string name)
    {
        var identity = new TypeIdentity { Assembly = assembly, Name = name }.ToByteArray();
        byte[] bytes = [1, 1, (byte)identity.Length, .. identity, 1, 0, 1];
        var refused = Assert.Throws<ValueFormatException>(() => ValueReader.Read(bytes, typeof(object), ValueUse.Result));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_build_is_refused_by_name()
    {
        var identity = TypeIdentities.Of(typeof(CapturedValueTests.Node)).Clone();
        identity.ModuleVersion = ByteString.CopyFrom(new byte[16]);
        var text = identity.ToByteArray();
        byte[] length = text.Length < 128 ? [(byte)text.Length] : [(byte)(text.Length | 0x80), (byte)(text.Length >> 7)];
        byte[] bytes = [1, 1, .. length, .. text, 1, 0, 1];
        var refused = Assert.Throws<ValueFormatException>(() => ValueReader.Read(bytes, typeof(object), ValueUse.Result));
        Assert.Contains("this process has another build of Streams.Tests", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_of_another_type_than_declared_is_refused()
    {
        var bytes = ValueWriter.Write("text", typeof(object)).Memory;
        Assert.Equal("the value is a System.String, not a System.Int32", Assert.Throws<ValueFormatException>(() => ValueReader.Read(bytes, typeof(int), ValueUse.Result)).Message);
        Assert.Throws<ValueFormatException>(() => ValueReader.Read(ValueWriter.Write(null, typeof(object)).Memory, typeof(int), ValueUse.Result));
    }

    private static void Read(byte[] bytes, Type declared)
    {
        try
        {
            ValueReader.Read(bytes, declared, ValueUse.Result);
        }
        catch (ValueFormatException)
        {
            // The one that is allowed.
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
        for (var flips = random.Next(1, 4); flips > 0 && bytes.Length > 0; flips--)
            bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
        return bytes;
    }
}
