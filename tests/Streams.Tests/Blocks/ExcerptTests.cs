using Streams.Blocks.Verdicts;

namespace Streams.Tests.Blocks;

public class ExcerptTests
{
    [Fact]
    public void A_text_that_fits_a_screen_stays_as_it_is() => Assert.Equal("one\ntwo", Excerpt.Of("one\ntwo"));

    [Fact]
    public void Many_lines_keep_head_and_tail_and_say_what_is_left_out()
    {
        var lines = Excerpt.Of(string.Join('\n', Enumerable.Range(1, 1000).Select(number => $"line {number}"))).Split('\n');

        Assert.InRange(lines.Length, 10, 24);
        Assert.Equal(("line 1", "line 1000"), (lines[0], lines[^1]));
        Assert.Single(lines, line => line.Contains("lines, ", StringComparison.Ordinal) && line.Contains("characters left out; all of it is in the block's result", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_line_keeps_head_and_tail_and_no_half_of_a_pair()
    {
        var line = Excerpt.OfLine("head" + string.Concat(Enumerable.Repeat("\U0001F600", 10_000)) + "tail");

        Assert.InRange(line.Length, 300, 500);
        Assert.StartsWith("head", line, StringComparison.Ordinal);
        Assert.EndsWith("tail", line, StringComparison.Ordinal);
        Assert.Contains(" characters left out ", line, StringComparison.Ordinal);
        Assert.Equal(line, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(line)));
    }

    [Fact]
    public void Whatever_the_text_it_fits_a_screen()
    {
        var text = string.Join('\n', Enumerable.Repeat(new string('x', 5_000), 5_000));

        Assert.InRange(Excerpt.Of(text).Length, 1, 24 * 500);
    }
}
