using System.Globalization;
using System.Text;

namespace Streams.Sync.Protocol;

/// <summary>Walks over the words of one line and turns each into what it stands for, or into the right <c>BAD</c>.</summary>
internal ref struct LineArguments(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    /// <summary>What a wrong number of words is answered with.</summary>
    public string Usage { get; set; } = "";

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public ReadOnlySpan<byte> Next()
    {
        if (_rest.IsEmpty)
            throw Wrong();
        var end = _rest.IndexOf((byte)' ');
        var word = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return word;
    }

    public readonly BadLineException Wrong() => new("args", Usage);

    /// <summary>Refuses further words, save for key=value pairs of versions to come.</summary>
    public void End()
    {
        while (!IsAtEnd)
        {
            if (!Next().Contains((byte)'='))
                throw Wrong();
        }
    }

    public string Name() => ReadName(Next(), "name");

    /// <summary>A name, or null for the asterisk that stands for everything of this party.</summary>
    public string? NameOrAll()
    {
        var word = Next();
        return word.SequenceEqual("*"u8) ? null : ReadName(word, "name");
    }

    public string Id() => ReadId(Next());

    public static string ReadId(ReadOnlySpan<byte> word) => ReadName(word, "id");

    // n = 1*6DIGIT, from 1
    public int Count() =>
        TryDigits(Next(), 6, out var count) && count >= 1
            ? (int)count
            : throw new BadLineException("count", $"a whole number from 1 to {SyncLimits.MaxCount}");

    // length = 1*8DIGIT
    public int Length(int limit) =>
        TryDigits(Next(), 8, out var length) && length <= limit
            ? (int)length
            : throw new BadLineException("data", $"length from 0 to {limit} bytes", close: true);

    public long Offset() =>
        TryDigits(Next(), 15, out var offset) ? offset : throw new BadLineException("offset", "a whole number from 0");

    // timeout = 1*6DIGIT [ "." 1*3DIGIT ], in seconds
    public TimeSpan Timeout()
    {
        var word = Next();
        var dot = word.IndexOf((byte)'.');
        long fraction = 0;
        var isNumber = TryDigits(dot < 0 ? word : word[..dot], 6, out var seconds)
            && (dot < 0 || TryDigits(word[(dot + 1)..], 3, out fraction));
        var digits = dot < 0 ? 3 : word.Length - dot - 1;
        var timeout = TimeSpan.FromMilliseconds(seconds * 1000 + fraction * (digits == 1 ? 100 : digits == 2 ? 10 : 1));
        if (!isNumber || timeout < SyncLimits.MinTimeout || timeout > SyncLimits.MaxTimeout)
            throw new BadLineException("timeout", "0.001 to 86400 seconds");
        return timeout;
    }

    /// <summary>All that stands at the line's end: flags and key=value pairs, unknown pairs ignored.</summary>
    public LineOptions Options()
    {
        var options = new LineOptions();
        while (!IsAtEnd)
        {
            var word = Next();
            var equals = word.IndexOf((byte)'=');
            if (equals < 0)
                options = Flag(options, word);
            else
                options = Pair(options, Encoding.ASCII.GetString(word[..equals]), word[(equals + 1)..]);
        }
        return options;
    }

    private readonly LineOptions Flag(LineOptions options, ReadOnlySpan<byte> word) => Encoding.ASCII.GetString(word) switch
    {
        "manual" => options with { IsManual = true },
        "concurrent" => options with { IsConcurrent = true },
        "others" => options with { BringsOthers = true },
        _ => throw Wrong(),
    };

    private static LineOptions Pair(LineOptions options, string key, ReadOnlySpan<byte> value) => key switch
    {
        "token" => options with { Token = Encoding.ASCII.GetString(value) },
        "parent" => options with { Parent = ReadName(value, "name") },
        "collection" => options with { Collection = ReadName(value, "name") },
        "proc" => options with { Process = ReadName(value, "proc") },
        "id" => options with { Id = ReadId(value) },
        "conn" => Connection(options, value),
        "data" => options with { Data = Data(value) },
        "parties" => options with { Parties = Parties(value) },
        _ => options,
    };

    // conn = instance ":" 1*15DIGIT
    private static LineOptions Connection(LineOptions options, ReadOnlySpan<byte> value)
    {
        var colon = value.LastIndexOf((byte)':');
        if (colon < 1 || !TryDigits(value[(colon + 1)..], 15, out var number))
            throw new BadLineException("args", "conn=instance:number");
        return options with { Instance = ReadName(value[..colon], "args"), Connection = number };
    }

    private static byte[] Data(ReadOnlySpan<byte> value) =>
        Word.TryDecode(value, SyncLimits.MaxInlineData, out var data) && value.Length <= SyncLimits.MaxInlineData
            ? data
            : throw new BadLineException("data", $"at most {SyncLimits.MaxInlineData} bytes of visible ASCII and %XX; GATHER takes more");

    private static string[] Parties(ReadOnlySpan<byte> value)
    {
        var parties = new List<string>();
        foreach (var range in value.Split((byte)','))
            parties.Add(ReadName(value[range], "name"));
        parties.Sort(StringComparer.Ordinal);
        for (var i = 1; i < parties.Count; i++)
        {
            if (parties[i] == parties[i - 1])
                throw new BadLineException("name", $"{Word.Encode(parties[i])} is listed twice");
        }
        return [.. parties];
    }

    private static string ReadName(ReadOnlySpan<byte> word, string code) =>
        Word.TryName(word, out var name) && name != "*"
            ? name
            : throw new BadLineException(code, $"1 to {SyncLimits.MaxName} bytes, visible ASCII but , = * alone; the rest as %XX of UTF-8 without control characters");

    private static bool TryDigits(ReadOnlySpan<byte> word, int most, out long value)
    {
        value = 0;
        if (word.IsEmpty || word.Length > most || word.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        value = long.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }
}

/// <summary>What stood at the end of a line.</summary>
internal sealed record LineOptions
{
    public string? Token { get; init; }
    public string? Parent { get; init; }
    public string? Collection { get; init; }
    public string? Instance { get; init; }
    public long Connection { get; init; }
    public string? Process { get; init; }
    public string? Id { get; init; }
    public byte[]? Data { get; init; }
    public IReadOnlyList<string>? Parties { get; init; }
    public bool IsManual { get; init; }
    public bool IsConcurrent { get; init; }
    public bool BringsOthers { get; init; }
}
