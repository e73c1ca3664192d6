using System.Text;
using Streams.Sync.Protocol;

namespace Streams.Sync.Tests;

/// <summary>Every line either is understood, and then means the same when written again, or gets exactly one BAD.</summary>
public class ParserTests
{
    [Fact]
    public void Line_is_understood_or_refused_with_one_code_and_nothing_else_happens()
    {
        var random = new Random(7);
        var (understood, refused) = (0, 0);
        var lines = Campaign.Size("STREAMS_LINES", slice: 100_000, full: 1_000_000);
        for (var i = 0; i < lines; i++)
        {
            var line = FuzzedLines.Next(random).AsSpan()[..^1];
            try
            {
                var command = CommandParser.Parse(line);
                understood++;
                var again = CommandParser.Parse(Encoding.ASCII.GetBytes(CommandText.Write(command)));
                Assert.Equal(CommandText.Write(command), CommandText.Write(again));
            }
            catch (BadLineException e)
            {
                refused++;
                Assert.Matches("^[a-z]+$", e.Code);
                Assert.DoesNotContain('\n', e.Message);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }
        Assert.True(understood > lines / 100 && refused > lines / 100, $"{understood} understood, {refused} refused");
    }

    [Fact]
    public void Reply_is_read_as_it_was_written()
    {
        Reply[] replies =
        [
            new GreetingReply("e", "n"), new OkReply("PUT", "k"), new OkReply("BYE"), new BadReply("name", "1 to 128 bytes"), new PingReply("alive"), new PongReply("a b"),
            new WaitReply("n m", "i", 3, 1, 2), new GoReply("größe", "i,1", 9, 2), new BrokenReply("n", "i", 2, BarrierCause.Doomed, null, 1, 2, "line one\nline two %"),
            new BrokenReply("n", "i", 2, BarrierCause.Timeout, "a=b", 1, 2, "x"), new PendingReply("k", "i"), new NoneReply("k", "i", BarrierCause.Timeout, "why not"), new NoteReply("text"), new EndReply(),
        ];
        foreach (var reply in replies)
            Assert.Equal(reply, ReplyParser.Parse(reply.Line).Reply);
        Assert.Equal(5, ReplyParser.Parse(new ValueReply("k", "i", new byte[5]).Line).PayloadLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GO")]
    [InlineData("GO x a -1 2")]
    [InlineData("WAIT x a 1 2")]
    [InlineData("BROKEN x a 1 magic - 1/2 t")]
    [InlineData("VALUE k i 99999999999")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public void Line_that_is_no_reply_is_refused(string line) => Assert.ThrowsAny<FormatException>(() => ReplyParser.Parse(line));

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("größe, 100 % = viel\u2028")]
    [InlineData("")]
    public void Word_survives_escaping(string text)
    {
        var word = Word.Encode(text);
        Assert.All(word, character => Assert.InRange(character, '!', '~'));
        Assert.True(Word.TryDecode(Encoding.ASCII.GetBytes(word), 1000, out var bytes));
        Assert.Equal(text, Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData("x", "a1")]
    [InlineData("grüße, alle", "50% =1")]
    public void Reply_written_as_bytes_is_its_line_or_nothing_when_there_is_no_room(string name, string id)
    {
        foreach (var reply in new Reply[] { new GoReply(name, id, 1_234_567_890_123, 999_999), new WaitReply(name, id, 7, 1, 2), new PongReply(name) })
        {
            var expected = Encoding.UTF8.GetBytes(reply.Line + "\n");
            var room = new byte[expected.Length];
            Assert.True(reply.TryWrite(room, out var written));
            Assert.Equal(expected, room[..written]);
            Assert.False(reply.TryWrite(room.AsSpan(1), out _));
        }
    }
}
