using Streams.Processes;

namespace Streams.Tests.Processes;

public class OutputTailTests
{
    [Theory]
    [InlineData("before\n")]
    [InlineData("")]
    public void A_stack_overflow_is_found_before_megabytes_of_its_stack(string before)
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory["output"], "of another block\n" + before + "Stack overflow.\n" + string.Concat(Enumerable.Repeat("   at Over.R(Int32)\n", 100_000)));

        var lines = OutputTail.Read(directory["output"], "of another block\n".Length, 10_000, untilDeath: true);

        Assert.Equal(["Stack overflow.", "   at Over.R(Int32)"], lines.Take(2));
    }

    [Fact]
    public void Last_lines_are_found_from_the_offset_on()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory["output"], "one\ntwo\nthree\r\n\nfive");

        Assert.Equal(["three", "", "five"], OutputTail.Read(directory["output"], 0, 3));
        Assert.Equal(["two", "three", "", "five"], OutputTail.Read(directory["output"], 4, 10));
        Assert.Equal([], OutputTail.Read(directory["output"], 1000));
        Assert.Equal([], OutputTail.Read(directory["none"]));
    }

    [Fact]
    public void Huge_file_costs_little()
    {
        using var directory = new TempDirectory();
        using (var file = File.Create(directory["output"]))
        {
            file.SetLength(4L << 30); // sparse
            file.Seek(0, SeekOrigin.End);
            file.Write("\nlast\n"u8);
        }

        Assert.Equal("last", OutputTail.Read(directory["output"])[^1]);
    }
}
