using System.Globalization;
using System.Text;

namespace Streams.Sync.Protocol;

/// <summary>Parses one line of the server, for the client. A payload is read after it and added by the caller.</summary>
internal static class ReplyParser
{
    /// <summary>A parsed line, and how many raw bytes follow it (-1 for none).</summary>
    internal readonly record struct Parsed(Reply Reply, int PayloadLength = -1);

    /// <exception cref="FormatException">The line is not a reply of this protocol.</exception>
    public static Parsed Parse(string line)
    {
        var words = line.Split(' ');
        return (words[0], words.Length) switch
        {
            ("STREAMS-SYNC", >= 4) => new(words[1] == "1" ? new GreetingReply(words[2], words[3]) : throw new FormatException($"the server speaks version {words[1]}, this client 1")),
            ("OK", >= 2) => new(new OkReply(words[1], words.Length > 2 ? line[(4 + words[1].Length)..] : null)),
            ("BAD", >= 2) => new(new BadReply(words[1], line[(4 + words[1].Length)..].TrimStart())),
            ("PING", 2) => new(new PingReply(words[1])),
            ("PONG", 2) => new(new PongReply(Name(words[1]))),
            ("WAIT", 5) => new(new WaitReply(Name(words[1]), Name(words[2]), Number(words[3]), Parts(words[4]).First, Parts(words[4]).Second)),
            ("GO", 5) => new(new GoReply(Name(words[1]), Name(words[2]), Number(words[3]), (int)Number(words[4]))),
            ("BROKEN", 8) => new(Broken(words)),
            ("DATA", 5) => new(new DataReply(Name(words[1]), Name(words[2]), Name(words[3]), []), Length(words[4])),
            ("VALUE", 4) => new(new ValueReply(Name(words[1]), Name(words[2]), []), Length(words[3])),
            ("ITEM", 5) => new(new ItemReply(Name(words[1]), Name(words[2]), Number(words[3]), []), Length(words[4])),
            ("PENDING", 3) => new(new PendingReply(Name(words[1]), Name(words[2]))),
            ("NONE", 5) => new(new NoneReply(Name(words[1]), Name(words[2]), Cause(words[3]), Text(words[4]))),
            ("#", _) => new(new NoteReply(line[Math.Min(2, line.Length)..])),
            ("END", 1) => new(new EndReply()),
            _ => throw new FormatException($"not a line of this protocol: '{line[..Math.Min(line.Length, 80)]}'"),
        };
    }

    private static BrokenReply Broken(string[] words)
    {
        var (arrived, expected) = Parts(words[6]);
        return new BrokenReply(Name(words[1]), Name(words[2]), Number(words[3]), Cause(words[4]), words[5] == "-" ? null : Name(words[5]), arrived, expected, Text(words[7]));
    }

    private static string Name(string word) =>
        Word.TryName(Encoding.ASCII.GetBytes(word), out var name) ? name : throw new FormatException($"not a name: '{word}'");

    private static string Text(string word) =>
        Word.TryDecode(Encoding.ASCII.GetBytes(word), SyncLimits.MaxLine, out var bytes) ? Encoding.UTF8.GetString(bytes) : throw new FormatException("text is badly escaped");

    private static BarrierCause Cause(string word) =>
        CauseWord.TryParse(word, out var cause) ? cause : throw new FormatException($"unknown cause '{word}'");

    private static long Number(string word) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"not a number: '{word}'");

    private static int Length(string word) =>
        Number(word) is var length and <= SyncLimits.MaxValue ? (int)length : throw new FormatException($"{word} bytes are more than {SyncLimits.MaxValue}");

    private static (int First, int Second) Parts(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? ((int)Number(word[..slash]), (int)Number(word[(slash + 1)..])) : throw new FormatException($"not a pair: '{word}'");
    }
}
