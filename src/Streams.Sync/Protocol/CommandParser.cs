using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Streams.Sync.Protocol;

/// <summary>Parses one line of a client. Reading bytes and keeping their limits is the connection's work.</summary>
internal static class CommandParser
{
    /// <summary>The usage lines, which are also the answer to HELP.</summary>
    public static readonly IReadOnlyDictionary<string, string> Usage = new Dictionary<string, string>
    {
        ["HELLO"] = "HELLO 1 party [token=..] [parent=..] [collection=..] [manual] [concurrent]",
        ["ENTER"] = "ENTER name n timeout id [data=..] [parties=a,b]",
        ["GATHER"] = "GATHER name n timeout id length [parties=a,b], then the bytes",
        ["LEAVE"] = "LEAVE [name id]",
        ["FAIL"] = "FAIL name text [id=..]   (name * fails this party as a whole)",
        ["RESET"] = "RESET name [id=..]",
        ["PUT"] = "PUT key length, then the bytes",
        ["GET"] = "GET key timeout id",
        ["PUB"] = "PUB topic id length, then the bytes",
        ["PULL"] = "PULL topic offset timeout id",
        ["LIST"] = "LIST",
        ["WHY"] = "WHY name",
        ["PING"] = "PING word",
        ["PONG"] = "PONG word",
        ["HELP"] = "HELP",
        ["BYE"] = "BYE",
    };

    /// <summary>line = verb *( SP word ); exactly one space between words, verbs in any case.</summary>
    /// <exception cref="BadLineException">The line is not one.</exception>
    public static Command Parse(ReadOnlySpan<byte> line)
    {
        CheckBytes(line);
        var arguments = new LineArguments(line);
        var word = arguments.Next();
        var verb = word.SequenceEqual("ENTER"u8) ? "ENTER" : Encoding.ASCII.GetString(word).ToUpperInvariant();
        if (!Usage.TryGetValue(verb, out var usage))
            throw new BadLineException("verb", $"{Word.Encode(verb)}; HELP lists them");
        arguments.Usage = usage;
        Command command = verb switch
        {
            "HELLO" => Hello(ref arguments),
            "ENTER" => Enter(ref arguments, gather: false),
            "GATHER" => Enter(ref arguments, gather: true),
            "LEAVE" => Leave(ref arguments),
            "FAIL" => Fail(ref arguments),
            "RESET" => new ResetCommand(arguments.Name(), arguments.Options().Id),
            "PUT" => new PutCommand(arguments.Name(), arguments.Length(SyncLimits.MaxValue)),
            "GET" => new GetCommand(arguments.Name(), arguments.Timeout(), arguments.Id()),
            "PUB" => new PublishCommand(arguments.Name(), arguments.Id(), arguments.Length(SyncLimits.MaxValue)),
            "PULL" => new PullCommand(arguments.Name(), arguments.Offset(), arguments.Timeout(), arguments.Id()),
            "WHY" => new WhyCommand(arguments.Name()),
            "PING" => new PingCommand(arguments.Name()),
            "PONG" => new PongCommand(arguments.Name()),
            "LIST" => new ListCommand(),
            "HELP" => new HelpCommand(),
            _ => new ByeCommand(),
        };
        arguments.End();
        return command;
    }

    private static void CheckBytes(ReadOnlySpan<byte> line)
    {
        if (!line.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) && !line.IsEmpty && line[0] != ' ' && line[^1] != ' ' && line.IndexOf("  "u8) < 0)
            return;   // the usual line; what follows finds out what is wrong with the others
        if (!Utf8.IsValid(line))
            throw new BadLineException("text", "not UTF-8", close: true);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is (< 0x20 and not (byte)'\t') or 0x7F)
                throw new BadLineException("text", $"control byte {line[i]:X2} at column {i + 1}", close: true);
        }
        var space = true;
        for (var i = 0; i < line.Length; i++)
        {
            var isSpace = line[i] == ' ';
            if (line[i] == '\t' || isSpace && (space || i == line.Length - 1))
                throw new BadLineException("syntax", $"at column {i + 1}");
            space = isSpace;
        }
        if (line.IsEmpty)
            throw new BadLineException("syntax", "at column 1");
    }

    // hello = "HELLO 1 " client [ SP "token=" 32HEX ] *( SP key "=" value / SP flag )
    private static HelloCommand Hello(ref LineArguments arguments)
    {
        var version = Encoding.ASCII.GetString(arguments.Next());
        if (version != "1")
            throw new BadLineException("version", $"I speak {SyncLimits.Version}", close: true);
        var hello = new HelloCommand(arguments.Name());
        var options = arguments.Options();
        return hello with
        {
            Token = options.Token,
            Parent = options.Parent,
            Collection = options.Collection,
            Instance = options.Instance,
            Connection = options.Connection,
            Process = options.Process,
            IsManual = options.IsManual,
            IsConcurrent = options.IsConcurrent,
            BringsOthers = options.BringsOthers,
        };
    }

    // enter = "ENTER " name SP n SP timeout SP id [ SP "data=" data ] [ SP "parties=" client *( "," client ) ]
    // gather = "GATHER " name SP n SP timeout SP id SP length [ SP "parties=" ... ] LF length-bytes LF
    private static EnterCommand Enter(ref LineArguments arguments, bool gather)
    {
        var enter = new EnterCommand(arguments.Name(), arguments.Count(), arguments.Timeout(), arguments.Id());
        if (!gather && arguments.IsAtEnd)
            return enter;
        if (gather)
            enter = enter with { GatherLength = arguments.Length(SyncLimits.MaxGather) };
        var options = arguments.Options();
        if (options.Parties is { } parties && parties.Count != enter.Count)
            throw new BadLineException("count", $"{enter.Count} named, {parties.Count} parties listed");
        return enter with { Data = gather ? null : options.Data, Parties = options.Parties };
    }

    // leave = "LEAVE" [ SP name SP id ]
    private static LeaveCommand Leave(ref LineArguments arguments) =>
        arguments.IsAtEnd ? new LeaveCommand(null, null) : new LeaveCommand(arguments.Name(), arguments.Id());

    // fail = "FAIL " ( name / "*" ) SP text *( SP text ) [ SP "id=" id ]
    private static FailCommand Fail(ref LineArguments arguments)
    {
        var name = arguments.NameOrAll();
        var words = new List<string>();
        string? id = null;
        while (!arguments.IsAtEnd)
        {
            var word = arguments.Next();
            if (word.StartsWith("id="u8))
                id = LineArguments.ReadId(word[3..]);
            else if (Word.TryText(word, out var text))
                words.Add(text);
            else
                throw new BadLineException("data", "text is visible ASCII, the rest as %XX, at most 4096 bytes");
        }
        return words.Count == 0 ? throw arguments.Wrong() : new FailCommand(name, string.Join(' ', words), id);
    }
}
