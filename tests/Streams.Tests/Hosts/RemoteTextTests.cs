using Streams.Hosts;

namespace Streams.Tests.Hosts;

public sealed class RemoteTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("tab\tand\nnewline", "tab\tand\nnewline")]
    [InlineData("\u001b[31mred\u0007", "\\u001b[31mred\\u0007")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("a\u202eb\u2028c", "a\\u202eb\\u2028c")]
    [InlineData("gr\u00fcn \ud83d\ude00", "gr\u00fcn \ud83d\ude00")]
    public void Text_from_a_host_cannot_drive_a_terminal(string text, string clean) => Assert.Equal(clean, RemoteText.Clean(text));

    [Fact]
    public void Lone_surrogate_is_escaped() => Assert.Equal("x\\ud800", RemoteText.Clean("x" + (char)0xd800));
}
