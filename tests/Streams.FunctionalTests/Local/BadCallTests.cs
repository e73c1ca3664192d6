using System.Text;

namespace Streams.FunctionalTests.Local;

/// <summary>Makes the calls that bad-calls.md lists, and looks for the message that it promises.</summary>
public sealed class BadCallTests(ITestOutputHelper output) : StreamsTest
{
    private static readonly string Table = Path.Combine(Packages.Repository.Root, "tests/Streams.FunctionalTests/Local/bad-calls.md");
    private readonly TempDirectory _directory = new();

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var line in File.ReadLines(Table))
            {
                var cells = line.Split('|').Select(cell => cell.Trim()).ToArray();
                if (cells.Length == 6 && int.TryParse(cells[1], out _))
                    rows.Add(cells[2], cells[3], cells[4]);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Bad_call_is_answered_as_the_table_says(string call, string exception, string message)
    {
        var streams = new List<StreamCollection>();
        try
        {
            if (exception is "kept" or "fine")
            {
                await Act(call, message, streams).DefaultTimeout();
                return;
            }

            var thrown = await Assert.ThrowsAnyAsync<Exception>(() => Act(call, message, streams)).DefaultTimeout();
            output.WriteLine(thrown.Message);
            Assert.Equal(exception, thrown.GetType().Name);
            AssertSays(message, thrown.Message);
        }
        finally
        {
            foreach (var one in streams)
                await one.DisposeAsync();
        }
    }

    public override void Dispose()
    {
        _directory.Dispose();
        base.Dispose();
    }

    private Task Act(string call, string expected, List<StreamCollection> made)
    {
        var word = call.Split(' ')[0];
        return word switch
        {
            "BlockTimeLimit" => Task.FromResult(new StreamCollectionOptions { BlockTimeLimit = Limit(call) }),
            "TimeLimit" => Task.FromResult(new BlockOptions { TimeLimit = Limit(call) }),
            "block" => Task.FromResult(new BlockOptions { Name = Name(call) }),
            "root" => Root(call, made),
            _ => On(Make(made), call, expected),
        };
    }

    private async Task On(StreamCollection streams, string call, string expected)
    {
        switch (call)
        {
            case "Add(\"\")":
                streams.Add("");
                break;
            case "Add(\" \")":
                streams.Add(" ");
                break;
            case "Add(null)":
                streams.Add((string)null!);
                break;
            case "Add a, a":
                Twice(streams, "a", "a");
                break;
            case "Add a, A":
                Twice(streams, "a", "A");
                break;
            case "Add é composed, decomposed":
                Twice(streams, "\u00e9", "e\u0301");
                break;
            case "run on a disposed collection":
                var stream = streams.Add("localhost");
                await streams.DisposeAsync();
                stream.RunBg(() => { });
                break;
            case "add to a disposed collection":
                await streams.DisposeAsync();
                streams.Add("localhost");
                break;
            case "never waited":
                await streams.Add("localhost").RunBg(() => throw new InvalidOperationException("unseen")).Completion;
                await streams.DisposeAsync();
                break;
            case "environment of 3 MB":
                await streams.Add("localhost").RunFgAsync(block =>
                {
                    foreach (var number in Enumerable.Range(0, 30))
                        Environment.SetEnvironmentVariable($"BIG{number}", new string('x', 100_000));
                    return block.RunAsync("true now");
                });
                break;
            default:
                if (call.StartsWith("stream ", StringComparison.Ordinal))
                    streams.Add("localhost", Name(call));
                else
                    await KeepsAsync(streams, call == "name of 300 bytes" ? new string('x', 300) : call["name ".Length..], expected);
                break;
        }
    }

    /// <summary>The name is what people see; the directory has a safe form, and names.json has the name.</summary>
    private static async Task KeepsAsync(StreamCollection streams, string name, string directory)
    {
        var stream = streams.Add("localhost", name);
        // A party's name is made from both: they meet all the same.
        await stream.RunFgAsync(block => block.Sync.BarrierAsync("alone", 1), new BlockOptions { Name = name });
        var result = Assert.Single(stream.Results);

        Assert.Equal((name, "1-" + name), (result.Stream, result.Name));
        AssertSays(directory, Path.GetFileName(stream.ResultsDirectory));
        await streams.DisposeAsync();
        Assert.True(Directory.Exists(result.Directory));
        Assert.True(Encoding.UTF8.GetByteCount(Path.GetFileName(stream.ResultsDirectory)) <= 100);
        Assert.Contains(Path.GetFileName(stream.ResultsDirectory), File.ReadAllText(Path.Combine(streams.ResultsDirectory, "names.json")), StringComparison.Ordinal);
    }

    private async Task Root(string call, List<StreamCollection> made)
    {
        File.WriteAllText(_directory["file"], "");
        var root = call switch
        {
            "root is a file" => _directory["file"],
            "root below a file" => _directory["file/below"],
            "root where nobody may write" => "/sys/streams",
            "root of 5000 bytes" => "/" + string.Join('/', Enumerable.Repeat(new string('d', 199), 25)),
            "root with NUL" => "a\0b",
            "root is a link to nowhere" => File.CreateSymbolicLink(_directory["link"], "/nowhere/at/all").FullName,
            "root is missing" => _directory["not/there/yet"],
            "root on another device" => $"/dev/shm/streams-test-{Guid.NewGuid():N}",
            _ => throw new ArgumentException($"bad-calls.md has '{call}', which nobody here can do", nameof(call)),
        };
        var streams = new StreamCollection(output.WriteLine, new StreamCollectionOptions { ResultsRoot = root });
        made.Add(streams);
        await streams.Add("localhost").RunFgAsync(() => { });
        await streams.DisposeAsync();
        Assert.True(File.Exists(Path.Combine(streams.ResultsDirectory, "results.json")));
        if (root.StartsWith("/dev/shm", StringComparison.Ordinal))
            Directory.Delete(root, recursive: true);
    }

    private StreamCollection Make(List<StreamCollection> made)
    {
        made.Add(new StreamCollection(output.WriteLine));
        return made[^1];
    }

    private static void Twice(StreamCollection streams, string first, string second)
    {
        streams.Add("localhost", first);
        streams.Add("localhost", second);
    }

    private static TimeSpan Limit(string call) => call.Split(' ', 2)[1] switch
    {
        "0" => TimeSpan.Zero,
        "-1 s" => TimeSpan.FromSeconds(-1),
        _ => TimeSpan.FromDays(25),
    };

    private static string Name(string call) => call.Split(' ', 2)[1] switch
    {
        "\"\"" => "",
        "of 2000 bytes" => new string('x', 2000),
        var name => name.Replace("\\0", "\0", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal),
    };

    private static void AssertSays(string expected, string said)
    {
        var from = 0;
        foreach (var part in expected.Split('…', StringSplitOptions.TrimEntries))
        {
            var at = said.IndexOf(part, from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' is not in: {said}");
            from = at + part.Length;
        }
    }
}
