using Streams.Processes;

namespace Streams.Tests.Processes;

/// <summary>Promise 54: what came from a host cannot command a terminal or a CI system.</summary>
public class PrintableTextTests
{
    [Theory]
    [InlineData("plain ünïcode 中文 😀", "plain ünïcode 中文 😀")]
    [InlineData("a\tb\nc\r\nd", "a\tb\nc\r\nd")]
    [InlineData("\u001b[2J\u0007\0", "\\e[2J\\x07\\x00")]
    [InlineData("over\rwritten", "over\\rwritten")]
    [InlineData("\u009b31m\u007f", "\\x9b31m\\x7f")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\u202egnp.exe\u2066\u200f", "\\u202egnp.exe\\u2066\\u200f")]
    [InlineData("tag\U000E0041", "tag\\U000e0041")]
    public void Text_shows_what_would_be_obeyed(string text, string printed) => Assert.Equal(printed, PrintableText.Clean(text));

    [Fact]
    public void Lone_surrogates_are_shown()
    {
        Assert.Equal("a\\ud800", PrintableText.Clean("a" + (char)0xD800));
        Assert.Equal("\\udc00b", PrintableText.Clean((char)0xDC00 + "b"));
    }

    [Fact]
    public void Line_is_one_line() => Assert.Equal("a\\nb\\tc\\r\\nd", PrintableText.CleanLine("a\nb\tc\r\nd"));

    [Theory]
    [InlineData("##vso[task.setvariable]x\n::set-output name=a::b", "#\\#vso[task.setvariable]x\n:\\:set-output name=a::b")]
    [InlineData("a\r\n \t::error file=a", "a\r\n \t:\\:error file=a")]
    [InlineData("quietly ##TeamCity[x] and ##[command]y", "quietly #\\#TeamCity[x] and #\\#[command]y")]
    [InlineData("[[ATTACHMENT|/etc/passwd]]", "[\\[ATTACHMENT|/etc/passwd]]")]
    [InlineData("::1, std::vector, a[[1]], ## heading, #[x]", "::1, std::vector, a[[1]], ## heading, #[x]")]
    public void No_text_is_a_command_of_a_ci_system(string text, string printed) => Assert.Equal(printed, PrintableText.Clean(text));

    [Fact]
    public void A_control_character_cannot_hide_a_command() => Assert.Equal("#\\x00#vso[x]", PrintableText.CleanLine("#\0#vso[x]"));
}
