using System.Text;
using Streams.Results;

namespace Streams.Tests.Results;

public sealed class BlockOutputFileTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Output_is_kept_byte_for_byte_with_a_line_in_place_of_what_is_missing()
    {
        using var output = new BlockOutputFile(_root["output.log"], new RecordHealth(_root.Root, _ => { }));
        output.Write(0, "one\ntw"u8);
        output.Write(4, "two\n"u8);
        output.Write(2, "e\ntwo\n"u8);
        output.Missing(8, 1000);
        output.Missing(8, 1000);
        output.Write(1008, [0xff, 0x1b, (byte)'x']);
        output.Write(2000, "end"u8);
        Assert.Equal(
            [.. "one\ntwo\n... 1000 bytes left out ...\n"u8, 0xff, 0x1b, (byte)'x', .. "\n... 989 bytes left out ...\nend"u8],
            File.ReadAllBytes(_root["output.log"]));
        Assert.Equal(1989, output.LeftOut);
        Assert.Equal(["\ufffd\\ex", "... 989 bytes left out ...", "end"], output.LastLines(3));
    }

    [Fact]
    public void Last_lines_are_whole_after_any_amount_of_output()
    {
        using var output = new BlockOutputFile(_root["output.log"], new RecordHealth(_root.Root, _ => { }));
        Assert.Empty(output.LastLines(10));
        var offset = 0L;
        for (var i = 0; i < 5000; i++)
        {
            var line = Encoding.ASCII.GetBytes($"line {i}\n");
            output.Write(offset, line);
            offset += line.Length;
        }

        Assert.Equal(["line 4998", "line 4999"], output.LastLines(2));
        Assert.All(output.LastLines(10_000), line => Assert.StartsWith("line ", line, StringComparison.Ordinal));
        Assert.Equal(offset, new FileInfo(_root["output.log"]).Length);
    }
}
